"""No process starts with a secret that is missing, empty, short or a known default."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import ECKey, OKPKey

from infra.kota.settings import PROCESSES
from infra.local.environment import Environment
from infra.local.postgres import Postgres
from infra.local.rabbitmq import RabbitMQ
from infra.local.state import ROOT, State
from infra.vault import identity
from infra.vault.needs import NEEDS
from services.chassis.settings import EX_CONFIG, SettingsInvalid, read

SECRETS = ["", " ", "changeme", "secret", "abcd", "00" * 32, "ab" * 31, "deadbeef" * 8, "x" * 64]
PASSWORDS = ["", "guest", "%67uest", "x1y2z3", "a" * 32, "Password-2026", "changeme1234"]
PRIVATE = OKPKey.generate_key("Ed25519", auto_kid=True)
NO_PRIVATE_KEYS = {
    "empty": "",
    "nothing": "{}",
    "a list": "[]",
    "a password": "changeme",
    "public": json.dumps(PRIVATE.as_dict(private=False)),
    "without a name": json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)),
    "another kind": json.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True)),
}
NO_PUBLIC_KEYS = {
    "empty": "",
    "nothing": "{}",
    "no keys": '{"keys": []}',
    "a list": "[]",
    "another kind": json.dumps({"keys": [ECKey.generate_key("P-256", auto_kid=True).as_dict()]}),
    "a shared secret": '{"keys": [{"kty": "oct", "kid": "x", "k": "' + "A" * 43 + '"}]}',
}
Environments = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    """What each process finds in its environment when all is well."""
    state = State(tmp_path_factory.mktemp("vault"))
    state.prepare()
    identity.make_keys(state)
    environment = Environment(state, Postgres(state), RabbitMQ(state), 8080, {})
    return {process: environment.of(process) for process in NEEDS}


def wrong(process: str, right: dict[str, str], folder: Path) -> Iterator[tuple[str, str, str]]:
    """(variable, what is wrong, value) for every secret of a process."""
    needs = NEEDS[process]
    for variable in needs.passwords:
        yield from ((variable, value, value) for value in SECRETS)
    for variable in {"AMQP_URL", "DATABASE_URL"} & set(right):
        user = str(urlsplit(right[variable]).username)
        for password in (*PASSWORDS, user, f"{user}-{user}-1"):
            yield variable, password, with_password(right[variable], password)
    contents = dict.fromkeys(needs.keys, NO_PRIVATE_KEYS) | dict.fromkeys(
        needs.public, NO_PUBLIC_KEYS
    )
    for variable, contained in contents.items():
        yield from ((variable, what, what) for what in ("", "/nowhere/key.json", str(folder)))
        for number, (what, content) in enumerate(contained.items()):
            file = folder / f"{variable}-{number}"
            file.write_text(content)
            yield variable, what, str(file)


def with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:{password}@{host}").geturl()


@pytest.mark.parametrize("process", NEEDS)
def test_what_the_vault_makes_is_taken(right: Environments, process: str) -> None:
    read(PROCESSES[process], right[process])


@pytest.mark.parametrize("process", NEEDS)
def test_each_secret_is_refused_by_its_name(
    right: Environments, tmp_path: Path, process: str
) -> None:
    tried = set()
    for variable, what, value in wrong(process, right[process], tmp_path):
        with pytest.raises(SettingsInvalid) as invalid:
            read(PROCESSES[process], right[process] | {variable: value})
        named = [problem.partition(":")[0] for problem in invalid.value.problems]
        assert named == [variable], (variable, what, named)
        tried.add(variable)
    needs = NEEDS[process]
    assert tried >= {*needs.passwords, *needs.keys, *needs.public, "AMQP_URL"}


@pytest.mark.parametrize("process", NEEDS)
def test_each_missing_one_is_told(right: Environments, tmp_path: Path, process: str) -> None:
    secret = {variable for variable, _, _ in wrong(process, right[process], tmp_path)}
    without = {name: value for name, value in right[process].items() if name not in secret}
    with pytest.raises(SettingsInvalid) as invalid:
        read(PROCESSES[process], without)
    named = {problem.partition(":")[0] for problem in invalid.value.problems}
    assert named == secret - {"SERVICE_PUBLIC_KEYS"}, "only who calls others needs their keys"


def test_no_process_starts_with_any_of_them(right: Environments, tmp_path: Path) -> None:
    """The processes themselves, each with all of its secrets wrong at once."""
    with ExitStack() as stack:
        for process, environment in right.items():
            bad = {variable: value for variable, _, value in wrong(process, environment, tmp_path)}
            stack.callback(check_refusal, start(process, environment | bad), bad)


def check_refusal(running: subprocess.Popen[str], bad: dict[str, str]) -> None:
    _, said = running.communicate(timeout=300)
    assert running.returncode == EX_CONFIG, said
    for variable in bad:
        assert f"\n  {variable}: " in said, said
    assert not [name for name in ("AMQP_URL", "DATABASE_URL") if bad.get(name, "\0") in said]


def start(process: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    module = "gateway.service" if process == "gateway" else f"services.{process}.service"
    return subprocess.Popen(
        [str(Path(sys.executable).parent / "nameko"), "run", module], cwd=ROOT, text=True,
        env={"PATH": os.environ["PATH"]} | environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
