"""Files that cannot be read as what they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.city.csvfile import parse_csv
from services.chassis.city.document import Document
from services.chassis.city.pack import Pack
from services.chassis.city.problems import Problem
from services.chassis.city.rawfile import MAX_BYTES, read_text
from services.chassis.city.yamlfile import parse_yaml


def yaml_problem(text: str) -> tuple[int, str, str]:
    found = parse_yaml("f.yaml", text)
    assert isinstance(found, list), found.value
    return found[0].line, found[0].field, str(found[0].message)


def yaml_value(text: str) -> object:
    found = parse_yaml("f.yaml", text)
    assert isinstance(found, Document), found
    return found.value


@pytest.mark.parametrize(
    ("text", "line", "field", "says"),
    [
        ("", 1, "", "empty"),
        ("a: 1\nb: [1,\nc: 2\n", 3, "", "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "", "not YAML"),
        ("a: 1\nb: \x07\n", 2, "", "not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "", "not YAML"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, "b.c", "already stands on line 3"),
        ("a:\n  - 1\n  - ? [x]\n    : 2\n", 3, "a[1]", "plain text"),
        ("a: 1\nb: !!python/object:os.system {}\n", 2, "b", "tag"),
        ("a: 1\nb: !secret x\n", 2, "b", "tag"),
        ("a: 1\nb: !!int x\n", 2, "b", "tag"),
        ("a: 1\nb: !!bool yes\n", 2, "b", "tag"),
        ("a: &x\n  b: *x\n", 1, "a.b", "contains itself"),
        ("a: *nobody\n", 1, "", "undefined alias"),
        ("[" * 5000, 1, "", "nested too deeply"),
    ],
)
def test_bad_yaml_is_named_with_its_line(text: str, line: int, field: str, says: str) -> None:
    found = yaml_problem(text)
    assert found[:2] == (line, field)
    assert says in found[2]


def test_aliases_cannot_blow_a_file_up() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "More than" in yaml_problem("\n".join(lines))[2]


def test_yaml_has_no_surprises() -> None:
    text = "no: no\nday: 2026-01-01\ncode: 36.74.01\nsmall: 012\nbig: 1_000\ntime: 12:30:00\n"
    assert yaml_value(text) == {
        "no": "no",
        "day": "2026-01-01",
        "code": "36.74.01",
        "small": 12,
        "big": "1_000",
        "time": "12:30:00",
    }


def test_yaml_knows_numbers_truth_and_null() -> None:
    text = "a: -1\nb: 2.5\nc: 1e3\nd: true\ne: false\nf: null\ng:\nh: ~\ni: .inf\n"
    expected = {"a": -1, "b": 2.5, "c": 1000.0, "d": True, "e": False}
    assert yaml_value(text) == expected | {"f": None, "g": None, "h": None, "i": ".inf"}


def test_a_number_too_long_for_python_is_text() -> None:
    assert yaml_value("a: " + "9" * 5000) == {"a": "9" * 5000}


def test_an_alias_is_reported_where_it_is_defined() -> None:
    found = parse_yaml("f.yaml", "a: &x\n  b: 1\nc: *x\n")
    assert isinstance(found, Document)
    assert found.value == {"a": {"b": 1}, "c": {"b": 1}}
    assert (found.line(("c",)), found.line(("c", "b"))) == (3, 2)


def test_csv_finds_the_line_of_a_row_after_quoted_line_breaks() -> None:
    found = parse_csv("f.csv", 'a,b\n"x\ny",1\n\nz,2\n', ("a", "b"), frozenset({"b"}))
    assert isinstance(found, Document)
    assert found.value == [{"a": "x\ny", "b": 1.0}, {"a": "z", "b": 2.0}]
    assert (found.line((0, "a")), found.line((1, "b"))) == (2, 5)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "empty"),
        ("a,b,c\n", 1, "not known"),
        ("a\n", 1, "missing"),
        ("a,b\n1,2\n3\n", 3, "1 values"),
        ('a,b\n"1,2\n', 1, "not CSV"),
    ],
)
def test_bad_csv_is_named_with_its_line(text: str, line: int, says: str) -> None:
    found = parse_csv("f.csv", text, ("a", "b"))
    assert isinstance(found, list)
    assert found[0].line == line
    assert says in found[0].message


def test_what_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b"a,b\n1,2\n\xff,3\n")
    found = read_text(tmp_path, "f.csv")
    assert isinstance(found, Problem)
    assert (found.line, str(found.message)) == (3, "This file is not UTF-8 text.")


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b"\xef\xbb\xbfa,b\n")
    assert read_text(tmp_path, "f.csv") == "a,b\n"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "f.yaml").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    found = read_text(tmp_path, "f.yaml")
    assert isinstance(found, Problem)
    assert "5 MB" in found.message


def test_a_file_that_is_a_directory_is_missing(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").mkdir()
    pack = Pack(tmp_path)
    assert pack.yaml("f.yaml") is None
    assert "missing" in pack.problems[0].message
