"""The bill of materials of what runs: every package of requirements.lock, in CycloneDX' form.

python -m infra.gates.sbom FILE
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from infra.local.state import ROOT


def write(target: Path, root: Path = ROOT, *, validate: bool = True) -> None:
    """Write it; the same lock file always gives the same file. Raises CalledProcessError.

    validate: hold it against CycloneDX' schema first, which takes ten times as long as the rest.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [
        str(Path(sys.executable).parent / "cyclonedx-py"), "requirements",
        "--pyproject", str(root / "pyproject.toml"), "--mc-type", "application",
        "--output-reproducible", "--of", "JSON", "-o", str(target),
        "--validate" if validate else "--no-validate", str(root / "requirements.lock"),
    ]  # fmt: skip
    # a lock file does not say which package needs which, and the tool warns of that
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}
    subprocess.run(command, env=quiet, check=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
