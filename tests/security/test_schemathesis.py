"""schemathesis over all of OpenAPI: no 5xx, nothing undocumented, no answer of another form."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateway import openapi
from infra.local.stack import Stack
from services.chassis.principal import Role
from tests.client import Client, log_in

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
SCHEMATHESIS = str(Path(sys.executable).parent / "schemathesis")


# from those who may least to those who may most, each with a login of theirs
LOGINS = {
    Role.GUEST: None,
    Role.CITIZEN: "citizen-1",
    Role.OFFICER: "officer-dlh",
    Role.ADMIN: "admin",
}


def sweeps() -> dict[Role, list[str]]:
    """Which operations are tried as whom: by whoever may least and by whoever may most.

    What the others are answered, that they may not, is in test_access.py. The stream is left out
    since its success never ends; tests/e2e/test_stream.py has its refusals.
    """
    found: dict[Role, list[str]] = {}
    for route in openapi.documented():
        operation = route.operation
        if operation.name != "stream":
            allowed = [role for role in LOGINS if role in operation.access]
            # whoever is not asked who they are is answered alike
            for role in {allowed[0], allowed[0 if route.ignores_token else -1]}:
                found.setdefault(role, []).append(operation.name)
    return {role: found[role] for role in LOGINS if role in found}


SWEEPS = sweeps()


def run(
    stack: Stack,
    document: Path | str,
    operations: list[str],
    *,
    token: str | None = None,
    examples: int = 25,
) -> subprocess.CompletedProcess[str]:
    """Examples, edges and random ones, right and wrong, of these operations."""
    command = [
        SCHEMATHESIS, "run", str(document), "--url", stack.base_url, "--no-color",
        "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(examples), "--seed", "20261124", "--request-timeout", "10",
    ]  # fmt: skip
    command += [part for name in operations for part in ("--include-operation-id", name)]
    command += ["-H", f"Authorization: Bearer {token}"] if token else []
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=600, cwd="/tmp"
    )


@pytest.mark.parametrize("role", SWEEPS)
def test_nothing_undocumented_happens(stack: Stack, role: Role) -> None:
    login = LOGINS[role]
    token = log_in(stack.base_url, stack.state.logins, login).token if login else None
    done = run(stack, f"{stack.base_url}/openapi.json", SWEEPS[role], token=token)
    assert done.returncode == 0, done.stdout[-6000:]


def test_every_operation_is_tried() -> None:
    tried = {name for names in SWEEPS.values() for name in names}
    assert tried == {route.operation.name for route in openapi.documented()} - {"stream"}


def test_it_would_find_a_lie_in_the_document(stack: Stack, guest: Client, tmp_path: Path) -> None:
    document = guest.get("/openapi.json").json
    document["paths"] = {"/v1/reports": document["paths"]["/v1/reports"]}
    del document["paths"]["/v1/reports"]["get"]["responses"]["422"]
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    done = run(stack, file, ["list_reports"], examples=5)
    assert done.returncode == 1 and "422" in done.stdout
