"""Both file stores: a folder, and a real S3 server in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from services.chassis.files import FileStore, open_store
from tests.place import free_port
from tests.waiting import eventually


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """moto's server with one bucket."""
    port = free_port()
    program = str(Path(sys.executable).parent / "moto_server")
    with subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        endpoint = f"http://127.0.0.1:{port}"
        try:
            eventually(lambda: answers(endpoint), what="moto")
            with pytest.MonkeyPatch.context() as patch:
                credentials(patch)
                client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
                client.create_bucket(Bucket="kota")
            yield endpoint
        finally:
            process.kill()


def answers(endpoint: str) -> bool:
    try:
        urllib.request.urlopen(endpoint, timeout=1).close()
    except OSError:
        return False
    return True


def credentials(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AWS_ACCESS_KEY_ID", "test")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "folder":
        return (tmp_path / "files").as_uri()
    credentials(monkeypatch)
    return f"s3://kota/{tmp_path.name}?endpoint={request.getfixturevalue('s3_endpoint')}"


@pytest.fixture
def store(url: str) -> FileStore:
    return open_store(url)
