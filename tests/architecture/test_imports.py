"""Who may import whom, more narrowly than the rim; and proof that the look-out sees."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from infra.local.state import ROOT
from tests.architecture.test_structure import (
    DOMAINS,
    PRODUCT,
    RIM,
    SQL,
    imports,
    name,
    offenders,
    parsed,
    roots,
)

# the operators' tools that speak to the broker by themselves
BROKER_TOOLS = {"infra/kota/broker.py", "infra/kota/topology.py", "infra/local/demo/bus.py"}
PURE = ("domain.py", "wording.py", "fees.py", "permit_type.py", "catalogue.py")


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


def test_rules_reach_for_nothing_outside() -> None:
    forbidden = RIM | {"amqp", "psycopg2", "socket", "subprocess", "requests", "urllib", "os",
                       "structlog", "logging", "sqlalchemy"}  # fmt: skip
    pure = [path for path in PRODUCT if path.name in PURE]
    assert not offenders(pure, lambda path: roots(path) & forbidden)


def test_rules_do_not_read_the_clock() -> None:
    forbidden = {"now", "utcnow", "today", "monotonic", "open", "getenv", "environ"}

    def wrong(path: Path) -> set[str]:
        nodes = ast.walk(parsed(path))
        return {node.attr for node in nodes if isinstance(node, ast.Attribute)} & forbidden

    assert not offenders(DOMAINS, wrong)


def test_the_chassis_knows_no_service() -> None:
    def wrong(path: Path) -> list[str]:
        return [
            module
            for module in imports(path)
            if module.partition(".")[0] in ("gateway", "infra", "tests")
            or (module.startswith("services.") and module.split(".")[1] != "chassis")
        ]

    chassis = [path for path in PRODUCT if path.is_relative_to(ROOT / "services/chassis")]
    assert not offenders(chassis, wrong)


def test_contracts_are_words_only() -> None:
    allowed = (
        "services.chassis.fields",
        "services.chassis.contract",
        "services.chassis.errors",
        "services.chassis.principal",
        "services.chassis.text",
        "services.chassis.city",
        "gateway.errors",
    )
    words = re.compile(r"services\.\w+\.(\w+\.)?(\w+_)?(contract|schemas)\b")

    def wrong(path: Path) -> list[str]:
        ours = [m for m in imports(path) if m.startswith(("services.", "gateway", "infra"))]
        others = [m for m in ours if not words.match(m) and not m.startswith(allowed)]
        return [m for m in others if m != "services.chassis"]

    assert not offenders([path for path in PRODUCT if path.name == "contract.py"], wrong)


def test_product_does_not_import_tests() -> None:
    assert not offenders(PRODUCT, lambda path: roots(path) & {"tests", "pytest", "hypothesis"})


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
