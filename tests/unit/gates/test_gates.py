"""Each gate is closed to what it is there for."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.gates import __main__ as gates
from infra.gates import files, licences, secrets
from infra.local.state import ROOT

# put together here, so that this file holds none
PLANTED = {
    "a cloud's key": "KEY = '" + "AKIA" + "Q3EGRIUXCJDVXYZ7" + "'",
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "a login": "password" + " = 'tiga-ekor-kenari-9'",
    "an address with a password": "url = 'postgresql://kota:" + "kenari9tiga@db.kota/x'",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing in it but our rules."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for rules in (secrets.BASELINE, ".hadolint.yaml"):
        shutil.copy(ROOT / rules, tmp_path / rules)
    return tmp_path


def put(checkout: Path, name: str, text: str) -> None:
    (checkout / name).write_text(text + "\n")


@pytest.mark.parametrize("planted", PLANTED)
def test_a_secret_is_found(checkout: Path, planted: str) -> None:
    put(checkout, "settings.py", f"x = 1\n{PLANTED[planted]}")
    assert [line.split(":")[:2] for line in secrets.problems(checkout)] == [["settings.py", "2"]]


def test_what_was_looked_at_passes_wherever_it_stands(checkout: Path) -> None:
    put(checkout, "settings.py", PLANTED["a login"])
    judge(checkout, is_secret=False)
    assert secrets.problems(checkout) == []
    put(checkout, "settings.py", f"x = 1\n\n\n{PLANTED['a login']}")
    assert secrets.problems(checkout) == []
    put(checkout, "other.py", PLANTED["a login"])
    assert len(secrets.problems(checkout)) == 1


@pytest.mark.parametrize("verdict", [True, None])
def test_what_is_a_secret_stays_one(checkout: Path, verdict: bool | None) -> None:
    put(checkout, "settings.py", PLANTED["a login"])
    judge(checkout, is_secret=verdict)
    assert len(secrets.problems(checkout)) == 1


def judge(checkout: Path, *, is_secret: bool | None) -> None:
    """As `make baseline` does it."""
    document = json.loads((checkout / secrets.BASELINE).read_text()) | {"results": {}}
    ((name, found),) = list(secrets.scan(checkout, document))
    entry: dict[str, object] = {
        "hashed_secret": found.secret_hash,
        "type": found.type,
        "filename": name,
    }
    entry |= {} if is_secret is None else {"is_secret": is_secret}
    document["results"] = {name: [entry]}
    (checkout / secrets.BASELINE).write_text(json.dumps(document))


def test_the_baseline_was_looked_at() -> None:
    document = json.loads((ROOT / secrets.BASELINE).read_text())
    entries = [entry for found in document["results"].values() for entry in found]
    assert entries and all(entry["is_secret"] is False for entry in entries)


def test_a_careless_dockerfile_is_found(checkout: Path) -> None:
    assert gates.dockerfiles(checkout) == []
    put(checkout, "Dockerfile", "FROM debian:12\nRUN apt-get update && apt-get install curl")
    assert any("DL3015" in line or "DL3014" in line for line in gates.dockerfiles(checkout))


def test_a_careless_script_is_found_whatever_it_is_called(checkout: Path) -> None:
    put(checkout, "enter", "#!/usr/bin/env bash\nrm -rf $1/x")
    assert files.shell_scripts(files.known(checkout)) == [checkout / "enter"]
    assert any("SC2086" in line for line in gates.shell(checkout))
    put(checkout, "enter", '#!/usr/bin/env bash\nrm -rf "${1:?}/x"')
    assert gates.shell(checkout) == []


def test_a_compose_file_of_another_form_is_found(checkout: Path) -> None:
    put(checkout, gates.COMPOSE, "services: {a: {imagee: x}, b: {image: x, ports: {}}}")
    found = "\n".join(gates.compose(checkout))
    assert "imagee" in found and "services.b.ports" in found


def test_ignored_files_are_not_looked_at(checkout: Path) -> None:
    put(checkout, ".gitignore", ".local/")
    (checkout / ".local").mkdir()
    put(checkout / ".local", "settings.py", PLANTED["a login"])
    assert secrets.problems(checkout) == []


@pytest.mark.parametrize(
    ("licence", "free"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("MIT License", True),
        ("LGPL-3.0-or-later", True),
        ("MIT AND SSPL-1.0", False),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("BUSL-1.1", False),
        ("Other/Proprietary License", False),
        ("nothing", False),
    ],
)
def test_which_licences_are_free(licence: str, free: bool) -> None:
    assert licences.is_free(licence) is free


def test_a_package_that_is_not_free_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "x.lock"
    lock.write_text("good==1 \\\n    --hash=sha256:00\nbad==2 \\\n    --hash=sha256:00\n")
    said = {"good": ["MIT"], "bad": ["MIT", "Proprietary"]}
    assert licences.problems(lock, said.__getitem__) == ["bad: Proprietary"]
    assert len(licences.problems(lock)) == 2, "neither is installed"


def test_exceptions_are_needed() -> None:
    lock = (ROOT / "requirements-dev.lock").read_text()
    for package in licences.EXCEPTIONS:
        assert f"\n{package}==" in lock
        assert not all(map(licences.is_free, licences.said(package)))


def test_a_closed_gate_is_told(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gates, "GATES", {"open": lambda root: [], "shut": lambda root: ["why"]})
    assert gates.main() == 1
    assert capsys.readouterr().out == "open: ok\nshut:\n  why\n"
    monkeypatch.setattr(gates, "GATES", {"open": lambda root: []})
    assert gates.main() == 0
