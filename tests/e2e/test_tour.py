"""The README's tour, line by line, as a newcomer runs it."""

from __future__ import annotations

import os
import re
import subprocess

from infra.local.state import ROOT
from tests.cities import City


def _tour() -> list[str]:
    readme = (ROOT / "README.md").read_text()
    section = readme.split("## A tour")[1]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return block[1].strip().splitlines()


def test_every_line_of_the_tour_works(city: City) -> None:
    lines = _tour()
    assert len(lines) > 8
    # each line says its number first, so that a failure names the line
    script = "\n".join(f"echo '@@{n}'\n{line}" for n, line in enumerate(lines))
    script = script.replace("http://127.0.0.1:8080", city.base_url)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=ROOT,
        env=os.environ | {"KOTA_STATE": str(city.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = dict(re.findall(r"@@(\d+)\n(.*?)(?=@@|\Z)", done.stdout, re.DOTALL))
    last = lines[max(map(int, said))] if said else ""
    assert done.returncode == 0, f"{last}\n{done.stdout[-1000:]}\n{done.stderr[-1000:]}"
    everything = done.stdout
    seen = ('"ready":true', '"state":"submitted"', "received", "report.submitted", "whole")
    for wanted in (*seen, '"count":'):
        assert wanted in everything, wanted
    assert '"field":"lat"' in everything
