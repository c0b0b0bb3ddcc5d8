"""Only what was finished is a backup."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.kota.backup import manifest
from infra.kota.backup.manifest import Manifest, Part, Unusable


def made(folder: Path, day: int) -> Manifest:
    at = datetime(2026, 6, day, tzinfo=UTC)
    part = Part("reports", "reports.dump.age", 3, "ab", 2, "cd", {"reports": "reports_0001"})
    name = manifest.new_id(at)
    written = Manifest(name, at.isoformat(), at.isoformat(), {}, ["age1x"], [], [part])
    manifest.finish(manifest.begin(folder, name), written, lambda content: "signed")
    return written


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = made(tmp_path, 1)
    assert manifest.read(tmp_path / "20260601T000000Z") == written
    assert written.size == 3 and written.part("reports") and written.part("x") is None


def test_what_was_not_finished_is_no_backup(tmp_path: Path) -> None:
    unfinished = manifest.begin(tmp_path, "20260601T000000Z")
    (unfinished / "reports.dump.age").touch()
    assert manifest.all_in(tmp_path) == []
    assert manifest.unfinished_in(tmp_path) == [unfinished]
    with pytest.raises(Unusable, match="no finished backup"):
        manifest.read(tmp_path / "20260601T000000Z")
    manifest.abandon(unfinished)
    assert manifest.unfinished_in(tmp_path) == []


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    for day in (3, 1, 2):
        made(tmp_path, day)
    assert manifest.forget_old(tmp_path, 2) == ["20260601T000000Z"]
    assert [one.id[6:8] for one in manifest.all_in(tmp_path)] == ["02", "03"]
    assert manifest.forget_old(tmp_path, 2) == []
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"format": 2})])
def test_a_manifest_that_cannot_be_read(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "manifest.json").write_text(content)
    with pytest.raises(Unusable):
        manifest.read(folder)
