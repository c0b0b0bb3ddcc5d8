"""SQL stands in repositories and queries, and its values travel as parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.test_structure import (
    GATEWAY,
    PRODUCT,
    is_sql_home,
    offenders,
    parsed,
)

# stricter than words with an underscore: any statement, at the start of any text
STATEMENT = re.compile(
    r"^\s*(SELECT\s.+|INSERT\s+INTO\s.+|UPDATE\s+\S+\s+SET\s.+|DELETE\s+FROM\s.+|TRUNCATE\s.+"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|SCHEMA|INDEX|ROLE|DATABASE)\s.+)",
    re.DOTALL,
)
LITERAL_PLACEHOLDER = re.compile(r"'%\(\w+\)s'|%s|\{\w*\}")
SERVICES_ONLY = [p for p in PRODUCT if "services" in p.parts and "chassis" not in p.parts]


def texts(path: Path) -> Iterator[str]:
    """Every text of the file that is no docstring."""
    tree = parsed(path)
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def statements(path: Path) -> list[str]:
    return [text for text in texts(path) if STATEMENT.match(text)]


def test_services_keep_sql_at_home() -> None:
    elsewhere = [p for p in SERVICES_ONLY if not is_sql_home(p) and "migrations" not in p.parts]
    assert not offenders(elsewhere, statements)


def test_the_gateway_has_no_database() -> None:
    assert not offenders(GATEWAY, statements)


def test_values_travel_as_named_parameters() -> None:
    def wrong(path: Path) -> list[str]:
        return [sql for sql in statements(path) if LITERAL_PLACEHOLDER.search(sql)]

    assert not offenders(filter(is_sql_home, SERVICES_ONLY), wrong)


def test_the_look_out_sees(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text('"""SELECT in a docstring."""\nX = "SELECT 1"\nY = """\n DELETE FROM t"""\n')
    assert statements(bad) == ["SELECT 1", "\n DELETE FROM t"]
    for wrong in ("SELECT '%(a)s'", "SELECT %s", "SELECT {name}"):
        assert LITERAL_PLACEHOLDER.search(wrong)
    assert not LITERAL_PLACEHOLDER.search("SELECT %(name)s")
