"""A process that cannot work right does not start, and says everything that is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.stack import Stack
from infra.local.state import CITY_PACK, ROOT

EX_CONFIG = 78


def start(service: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a service until it ends by itself."""
    nameko = Path(sys.executable).parent / "nameko"
    return subprocess.run(
        [str(nameko), "run", f"services.{service}.service"],
        env=os.environ | environment | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("service", "file", "right", "wrong"),
    [
        ("reports", "categories.yaml", "agency: DLH", "agency: NOPE"),
        ("notify", "texts/notifications.yaml", "{{ number }}", "{{ nobody }}"),
        ("permits", "permit_types/pbg.yaml", "agency: DPMPTSP", "agency: NOPE"),
        ("registry", "agencies.yaml", "code: DLH", "code: DISHUB"),
    ],
)
def test_a_city_pack_with_mistakes(
    stack: Stack, tmp_path: Path, service: str, file: str, right: str, wrong: str
) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(CITY_PACK, pack)
    text = (pack / file).read_text()
    assert right in text
    (pack / file).write_text(text.replace(right, wrong))
    done = start(service, stack.environment(service) | {"CITY_PACK": str(pack)})
    assert done.returncode == EX_CONFIG, done.stderr[-500:]
    assert f"{file}:" in done.stderr


def test_a_wrong_environment(stack: Stack) -> None:
    environment = stack.environment("reports") | {"TRACKING_SECRET": "", "ADMIN_PORT": "x"}
    done = start("reports", environment)
    assert done.returncode == EX_CONFIG
    assert "TRACKING_SECRET" in done.stderr and "ADMIN_PORT" in done.stderr
