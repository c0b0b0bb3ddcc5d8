"""Each image holds what its process needs and nothing of its siblings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.docker import parts
from infra.local.state import ROOT, SERVICES
from infra.vault.needs import NEEDS

# what a contract is made of never reaches for anything
REACHING = {"service.py", "commands.py", "settings.py", "migrations", "HEAD"}


@pytest.mark.parametrize("part", NEEDS)
def test_a_process_imports_without_its_siblings(part: str, tmp_path: Path) -> None:
    parts.copy(part, tmp_path)
    own = "gateway.service" if part == "gateway" else f"services.{part}.service"
    modules = [own, *({"registry": ["services.registry.provision"]}.get(part, []))]
    modules += [] if part == "gateway" else ["services.chassis.migrate"]
    siblings = [f"services.{name}" for name in SERVICES if name != part]
    code = (
        f"import {', '.join(modules)}\nfrom importlib.util import find_spec\n"
        f"for name in {siblings}:\n"
        "    assert find_spec(name + '.contract') and not find_spec(name + '.service'), name"
    )
    environment = {"PATH": os.defpath, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "-c", code],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("part", NEEDS)
def test_of_the_others_there_is_only_what_contracts_are_made_of(part: str) -> None:
    for file in parts.files_of(part):
        assert file.parts[0] == ("gateway" if "gateway" in file.parts else "services")
        if file.parts[1] in {*SERVICES} - {part}:
            assert not REACHING & set(file.parts), file
            assert file.stem.rpartition("_")[2] not in ("repository", "queries"), file


def test_the_operators_image_holds_everything() -> None:
    held = set(parts.files_of("kota"))
    for part in NEEDS:
        assert set(parts.files_of(part)) <= held
    assert Path("infra/city/tangsel/city.yaml") in held


def test_copies_can_be_read_whatever_the_checkout_is_like(tmp_path: Path) -> None:
    parts.copy("permits", tmp_path)
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {0o644}


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["payroll", "/nowhere"]) == 2
    assert "PART FOLDER" in capsys.readouterr().err


def test_the_dockerfile_makes_every_part() -> None:
    dockerfile = (ROOT / "infra/docker/Dockerfile").read_text()
    stages = set(re.findall(r"^FROM process AS (\w+)$", dockerfile, re.MULTILINE))
    assert stages == set(parts.PARTS)
    for part in parts.PARTS:
        assert f"COPY --from=build /parts/{part} /app" in dockerfile
    assert f"for part in {' '.join(parts.PARTS)}; do" in dockerfile
