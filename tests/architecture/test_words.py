"""Nothing half done, nothing too long, nothing said in one language only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from infra.local.state import ROOT
from tests.architecture.test_structure import PRODUCT, name

LONGEST_FILE = 400
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


def stubs(source: str, *, is_migration: bool) -> list[int]:
    """Lines of stubs. A migration's downgrade may refuse."""
    tree = ast.parse(source)
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


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_nothing_is_a_stub(path: Path) -> None:
    assert not stubs(path.read_text(), is_migration="versions" in path.parts)


@pytest.mark.parametrize("path", [*PRODUCT, *OTHER_FILES], ids=name)
def test_nothing_waits_to_be_finished(path: Path) -> None:
    assert not UNFINISHED.search(path.read_text())


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", [p for p in PRODUCT if p.read_text().strip()], ids=name)
def test_every_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def one_language(source: str) -> list[int]:
    """Lines where a Text is made without Indonesian, or with the same words twice."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Text"
        and (
            "id" not in {keyword.arg for keyword in node.keywords}
            or ast.dump(node.args[0]) in {ast.dump(keyword.value) for keyword in node.keywords}
        )
    ]


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_people_are_told_in_both_languages(path: Path) -> None:
    assert not one_language(path.read_text())


def test_the_look_out_sees() -> None:
    source = "def upgrade():\n    pass\ndef downgrade():\n    raise NotImplementedError('x')\n"
    assert stubs(source, is_migration=True) == [1]
    assert stubs(source, is_migration=False) == [1, 4]
    assert one_language("Text('a')\nText('a', id='a')\nText('a', id='b')") == [1, 2]
    assert UNFINISHED.search("# TODO: later") and not UNFINISHED.search("todos")
