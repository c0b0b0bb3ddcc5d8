"""The rules of the house, read off the source. Each rule is one test, which names who breaks it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from infra.local.state import ROOT, SERVICES
from services.chassis import schema_version

PRODUCT = sorted(
    path
    for top in ("services", "gateway", "infra")
    for path in (ROOT / top).rglob("*.py")
    if "__pycache__" not in path.parts
)
RIM = {"nameko", "kombu", "eventlet"}
LONGEST_FILE = 320
LINES = ("chassis", *SERVICES)
IN_SERVICES = [path for path in PRODUCT if "services" in path.parts]
GATEWAY = [path for path in PRODUCT if "gateway" in path.parts]
DOMAINS = [path for path in PRODUCT if path.name == "domain.py"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def offenders(paths: Iterable[Path], wrong: Callable[[Path], Any]) -> dict[str, Any]:
    """The files that break a rule, each with what `wrong` says of it; at least one is looked at."""
    looked_at = list(paths)
    assert looked_at
    return {name(path): found for path in looked_at if (found := wrong(path))}


@cache
def parsed(path: Path) -> ast.Module:
    """The file's syntax tree; to be read only."""
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> frozenset[str]:
    """Dotted names of everything the file imports."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return frozenset(found)


def may_stand_at_the_rim(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    at_rim = parts[0] == "gateway" or parts[:2] == ("services", "chassis")
    return at_rim or parts[0] == "infra" or path.name == "service.py"


def roots(path: Path) -> set[str]:
    """Top-level names of everything the file imports, at any depth of the file."""
    return {module.partition(".")[0] for module in imports(path)}


def test_nameko_stays_at_the_rim() -> None:
    inside = [path for path in PRODUCT if not may_stand_at_the_rim(path)]
    assert not offenders(inside, lambda path: roots(path) & RIM)


def test_raw_amqp_stands_in_two_files() -> None:
    users = [name(path) for path in PRODUCT if "amqp" in imports(path)]
    assert users == ["services/chassis/broker.py", "services/chassis/rpc_client.py"]


def test_rules_know_no_io() -> None:
    allowed = ("services.chassis.principal", "services.chassis.text", "services.chassis.city")

    def wrong(path: Path) -> set[str]:
        ours = {module for module in imports(path) if module.startswith("services.")}
        others = {module for module in ours if not module.startswith(allowed)}
        return others | {"os", "pathlib", "socket", "psycopg2"} & imports(path)

    assert not offenders(DOMAINS, wrong)


def beyond_contracts(path: Path, *own: str) -> list[str]:
    """What the file imports of services, the chassis and its own left out, besides contracts."""
    modules = [module.split(".") for module in imports(path) if module.startswith("services.")]
    return [
        ".".join(parts)
        for parts in modules
        if len(parts) > 2 and parts[1] not in (*own, "chassis") and parts[2] != "contract"
    ]


def test_services_meet_in_contracts_only() -> None:
    def wrong(path: Path) -> list[str]:
        return beyond_contracts(path, path.relative_to(ROOT).parts[1])

    assert not offenders(IN_SERVICES, wrong)


def test_the_gateway_knows_contracts_only() -> None:
    assert not offenders(GATEWAY, beyond_contracts)


SQL = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s", re.MULTILINE)


def is_sql_home(path: Path) -> bool:
    """repository.py, queries.py, and those of one part of a service: work_queries.py."""
    return path.stem.rpartition("_")[2] in ("repository", "queries")


def sql_in(path: Path) -> list[str]:
    texts = [
        node.value
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [text for text in texts if SQL.search(text) and "_" in text]


def test_sql_stands_in_repositories_and_queries() -> None:
    elsewhere = [
        path
        for path in IN_SERVICES
        if not is_sql_home(path) and not {"chassis", "migrations"} & set(path.parts)
    ]
    assert not offenders(elsewhere, sql_in)


def test_files_are_small() -> None:
    def lines(path: Path) -> int:
        return len(path.read_text().splitlines())

    assert not offenders(PRODUCT, lambda path: lines(path) if lines(path) > LONGEST_FILE else 0)


@pytest.mark.parametrize("line", LINES)
def test_the_head_file_names_the_newest_migration(line: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services/chassis/migrations"))
    config.set_main_option("version_locations", str(ROOT / f"services/{line}/migrations/versions"))
    config.set_main_option("path_separator", "os")
    assert schema_version.head(line) == ScriptDirectory.from_config(config).get_current_head()


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_the_same_handful_of_files(service: str) -> None:
    folder = ROOT / "services" / service
    for wanted in ("README.md", "contract.py", "service.py", "settings.py", "migrations/HEAD"):
        assert (folder / wanted).exists(), wanted
