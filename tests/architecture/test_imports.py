"""Who may import whom, more narrowly than the rim; and proof that the look-out sees."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from infra.local.state import ROOT
from tests.architecture.test_structure import PRODUCT, RIM, SQL, imports, name

# the operators' tools that speak to the broker by themselves
BROKER_TOOLS = {"infra/kota/broker.py", "infra/kota/topology.py", "infra/local/demo/bus.py"}
PURE = ("domain.py", "wording.py", "fees.py", "permit_type.py", "catalogue.py")


def roots(path: Path) -> set[str]:
    """Top-level names of everything the file imports, at any depth of the file."""
    return {module.partition(".")[0] for module in imports(path)}


def test_operators_tools_use_the_broker_in_few_places_only() -> None:
    users = {name(p) for p in PRODUCT if name(p).startswith("infra/") and roots(p) & RIM}
    assert users == BROKER_TOOLS


def test_a_service_starts_nameko_only_through_the_chassis() -> None:
    users = {
        name(path)
        for path in PRODUCT
        if path.parts[-3] == "services" and path.parts[-2] != "chassis" and roots(path) & RIM
    }
    assert all(user.endswith("/service.py") for user in users)


@pytest.mark.parametrize("path", [p for p in PRODUCT if p.name in PURE], ids=name)
def test_rules_reach_for_nothing_outside(path: Path) -> None:
    forbidden = RIM | {"amqp", "psycopg2", "socket", "subprocess", "requests", "urllib", "os",
                       "structlog", "logging", "sqlalchemy"}  # fmt: skip
    assert not roots(path) & forbidden


@pytest.mark.parametrize("path", [p for p in PRODUCT if p.name == "domain.py"], ids=name)
def test_rules_do_not_read_the_clock(path: Path) -> None:
    tree = ast.parse(path.read_text())
    calls = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not calls & {"now", "utcnow", "today", "monotonic", "open", "getenv", "environ"}


@pytest.mark.parametrize(
    "path", [p for p in PRODUCT if p.is_relative_to(ROOT / "services/chassis")], ids=name
)
def test_the_chassis_knows_no_service(path: Path) -> None:
    for module in imports(path):
        top, _, rest = module.partition(".")
        assert top not in ("gateway", "infra", "tests")
        assert top != "services" or rest.partition(".")[0] in ("", "chassis"), module


@pytest.mark.parametrize("path", [p for p in PRODUCT if p.name == "contract.py"], ids=name)
def test_contracts_are_words_only(path: Path) -> None:
    ours = {m for m in imports(path) if m.startswith(("services.", "gateway", "infra"))}
    allowed = (
        "services.chassis.fields",
        "services.chassis.contract",
        "services.chassis.errors",
        "services.chassis.principal",
        "services.chassis.text",
        "services.chassis.city",
        "gateway.errors",
    )
    others = {m for m in ours if re.match(r"services\.\w+\.(\w+_)?(contract|schemas)\b", m)}
    assert all(m == "services.chassis" or m.startswith(allowed) for m in ours - others), ours


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_product_does_not_import_tests(path: Path) -> None:
    assert not roots(path) & {"tests", "pytest", "hypothesis"}


def test_the_look_out_sees(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        "def late():\n    import kombu.pools\n    from nameko.rpc import rpc\n"
        "from services.reports import commands\n"
    )
    assert roots(bad) & RIM == {"kombu", "nameko"}
    assert "services.reports.commands" in imports(bad)
    for sql in ("SELECT a_b FROM t", "\n  INSERT INTO t_x", "UPDATE t_x SET a=1",
                "DELETE FROM t_x", "WITH a_b AS (SELECT 1)"):  # fmt: skip
        assert SQL.search(sql)
    assert not SQL.search("Please select a_b")
