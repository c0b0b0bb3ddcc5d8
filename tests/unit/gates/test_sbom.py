"""The bill of materials holds what the lock file holds, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

from infra.gates import sbom
from infra.local.state import ROOT

LOCKED = re.compile(r"^([a-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)


def test_it_is_whole_and_always_the_same(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "sbom.json", tmp_path / "b.json"
    sbom.write(first)
    sbom.write(second, validate=False)
    assert first.read_bytes() == second.read_bytes()
    bill = json.loads(first.read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "kota-cerdas"
    found = {(one["name"], one["version"]) for one in bill["components"]}
    assert found == set(LOCKED.findall((ROOT / "requirements.lock").read_text()))
    assert all(one["externalReferences"][0]["hashes"] for one in bill["components"])
