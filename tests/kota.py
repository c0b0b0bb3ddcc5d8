"""The operator's command line, run as operators run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.state import ROOT


@dataclass(frozen=True)
class Ran:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


def kota(state: Path, *arguments: str, stdin: str = "", **environment: str) -> Ran:
    """Run `kota` on the stack in that state folder, with further variables."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "infra.kota", *arguments]
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, cwd=ROOT, timeout=300,
        env=os.environ | {"KOTA_STATE": str(state), "COLUMNS": "200"} | environment,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)
