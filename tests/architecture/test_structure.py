"""The rules of the house, read off the source."""

from __future__ import annotations

import ast
import re
from pathlib import Path

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
LINES = ("chassis", *SERVICES)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> set[str]:
    """Dotted names of everything the file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def may_stand_at_the_rim(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    at_rim = parts[0] == "gateway" or parts[:2] == ("services", "chassis")
    return at_rim or parts[0] == "infra" or path.name == "service.py"


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_nameko_stays_at_the_rim(path: Path) -> None:
    used = {module.partition(".")[0] for module in imports(path)} & RIM
    assert not used or may_stand_at_the_rim(path), used


def test_raw_amqp_stands_in_two_files() -> None:
    users = [name(path) for path in PRODUCT if "amqp" in imports(path)]
    assert users == ["services/chassis/broker.py", "services/chassis/rpc_client.py"]


@pytest.mark.parametrize("path", [p for p in PRODUCT if p.name == "domain.py"], ids=name)
def test_rules_know_no_io(path: Path) -> None:
    ours = {module for module in imports(path) if module.startswith("services.")}
    allowed = ("services.chassis.principal", "services.chassis.text", "services.chassis.city")
    assert all(module.startswith(allowed) for module in ours), ours
    assert not {"os", "pathlib", "socket", "psycopg2"} & imports(path)


@pytest.mark.parametrize("path", [p for p in PRODUCT if "services" in p.parts], ids=name)
def test_services_meet_in_contracts_only(path: Path) -> None:
    own = path.relative_to(ROOT).parts[1]
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "services" and len(parts) > 2 and parts[1] not in (own, "chassis"):
            assert parts[2] == "contract", module


@pytest.mark.parametrize("path", [p for p in PRODUCT if "gateway" in p.parts], ids=name)
def test_the_gateway_knows_contracts_only(path: Path) -> None:
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "services" and len(parts) > 2 and parts[1] != "chassis":
            assert parts[2] == "contract", module


SQL = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s", re.MULTILINE)


def is_sql_home(path: Path) -> bool:
    """repository.py, queries.py, and those of one part of a service: work_queries.py."""
    return path.stem.rpartition("_")[2] in ("repository", "queries")


@pytest.mark.parametrize(
    "path",
    [p for p in PRODUCT if "services" in p.parts and "chassis" not in p.parts],
    ids=name,
)
def test_sql_stands_in_repositories_and_queries(path: Path) -> None:
    if is_sql_home(path) or "migrations" in path.parts:
        return
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [text for text in texts if SQL.search(text) and "_" in text], name(path)


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_files_are_small_and_finished(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 320
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)


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
