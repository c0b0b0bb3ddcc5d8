"""Nothing half done, nothing too long, nothing said in one language only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from infra.local.state import ROOT
from tests.architecture.test_structure import PRODUCT, offenders, parsed

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|TBD|WIP)\b")
OTHER_FILES = sorted(
    path
    for top in ("services", "gateway", "infra")
    for path in (ROOT / top).rglob("*")
    if path.suffix in (".md", ".yaml", ".yml", ".conf", ".ini", ".toml", ".sh")
)


def is_stub(node: ast.AST) -> bool:
    """`raise NotImplementedError`, or a function of nothing but `pass`."""
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
    return isinstance(node, ast.Name) and node.id == "NotImplemented"


def stubs(tree: ast.Module, *, is_migration: bool) -> list[int]:
    """Lines of stubs. A migration's downgrade may refuse."""
    excused = {
        id(inner)
        for node in ast.walk(tree)
        if is_migration and isinstance(node, ast.FunctionDef) and node.name == "downgrade"
        for inner in ast.walk(node)
    }
    return [
        getattr(node, "lineno", 0)
        for node in ast.walk(tree)
        if is_stub(node) and id(node) not in excused
    ]


def test_nothing_is_a_stub() -> None:
    def wrong(path: Path) -> list[int]:
        return stubs(parsed(path), is_migration="versions" in path.parts)

    assert not offenders(PRODUCT, wrong)


def test_nothing_waits_to_be_finished() -> None:
    assert not offenders([*PRODUCT, *OTHER_FILES], lambda p: UNFINISHED.search(p.read_text()))


def test_every_file_says_what_it_is() -> None:
    with_content = [path for path in PRODUCT if path.read_text().strip()]
    assert not offenders(with_content, lambda path: ast.get_docstring(parsed(path)) is None)


def one_language(tree: ast.Module) -> list[int]:
    """Lines where a Text is made without Indonesian, or with the same words twice."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Text"
        and (
            "id" not in {keyword.arg for keyword in node.keywords}
            or ast.dump(node.args[0]) in {ast.dump(keyword.value) for keyword in node.keywords}
        )
    ]


def test_people_are_told_in_both_languages() -> None:
    assert not offenders(PRODUCT, lambda path: one_language(parsed(path)))


def test_the_look_out_sees() -> None:
    source = "def upgrade():\n    pass\ndef downgrade():\n    raise NotImplementedError('x')\n"
    assert stubs(ast.parse(source), is_migration=True) == [1]
    assert stubs(ast.parse(source), is_migration=False) == [1, 4]
    texts = "Text('a')\nText('a', id='a')\nText('a', id='b')"
    assert one_language(ast.parse(texts)) == [1, 2]
    assert UNFINISHED.search("# TODO: later") and not UNFINISHED.search("todos")
