"""schemathesis over all of OpenAPI: no 5xx, nothing undocumented, no answer of another form."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.stack import Stack
from tests.client import Client

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
SCHEMATHESIS = str(Path(sys.executable).parent / "schemathesis")


def run(
    stack: Stack, document: Path | str, *, token: str | None = None, examples: int = 25
) -> subprocess.CompletedProcess[str]:
    """Examples, edges and random ones, right and wrong, of every operation.

    Open311 knows no tokens, so a guest's look at it is enough.

    The stream is left out since its success never ends; tests/e2e/test_stream.py has its refusals.
    """
    command = [
        SCHEMATHESIS, "run", str(document), "--url", stack.base_url, "--no-color",
        "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(examples), "--seed", "20261124", "--request-timeout", "10",
        "--exclude-operation-id", "stream",
    ]  # fmt: skip
    if token:
        command += ["-H", f"Authorization: Bearer {token}", "--exclude-tag", "open311"]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=600, cwd="/tmp"
    )


@pytest.mark.parametrize("role", ["guest", "citizen", "officer", "admin"])
def test_nothing_undocumented_happens(
    stack: Stack, role: str, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(role)
    done = run(stack, f"{stack.base_url}/openapi.json", token=client.token)
    assert done.returncode == 0, done.stdout[-6000:]


def test_it_would_find_a_lie_in_the_document(stack: Stack, guest: Client, tmp_path: Path) -> None:
    document = guest.get("/openapi.json").json
    document["paths"] = {"/v1/reports": document["paths"]["/v1/reports"]}
    del document["paths"]["/v1/reports"]["get"]["responses"]["422"]
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    done = run(stack, file, examples=5)
    assert done.returncode == 1 and "422" in done.stdout
