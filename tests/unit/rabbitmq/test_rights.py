"""The expressions that RabbitMQ holds our users by match what they shall and nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.kota.contracts import all_contracts
from infra.rabbitmq.definitions import TAG, Login, NotOurs, apply, document, password_hash
from infra.rabbitmq.rights import NOTHING, Rights, all_rights, exactly
from infra.rabbitmq.table import README, matches, written
from services.chassis import topology
from services.chassis.contract import event_exchange

CONTRACTS = all_contracts()
RIGHTS = {one.process: one for one in all_rights(CONTRACTS)}
LOGINS = {name: Login(name, f"secret of {name}") for name in RIGHTS}


def expressions(rights: Rights) -> list[str]:
    topics = [part for topic in rights.topics.values() for part in (topic.write, topic.read)]
    return [rights.configure, rights.write, rights.read, *topics]


@pytest.mark.parametrize("process", RIGHTS)
def test_every_expression_is_anchored(process: str) -> None:
    for one in expressions(RIGHTS[process]):
        assert one == NOTHING or (one.startswith("^(?:") and one.endswith(r")\z"))


@given(st.lists(st.text(min_size=1), max_size=5), st.text())
def test_names_match_exactly(names: list[str], other: str) -> None:
    assert matches(exactly(names), other) is (other in names)
    assert all(matches(exactly(names), name) for name in names)
    assert not any(
        matches(exactly(names), name + "\n") for name in names if name + "\n" not in names
    )


@pytest.mark.parametrize("process", RIGHTS)
@given(key=st.text(alphabet="abz.*#-_\n"))
def test_no_other_call_and_no_wildcard_is_sent(process: str, key: str) -> None:
    write = RIGHTS[process].topics[topology.rpc_outlet(process)].write
    for call in topology.calls(process, CONTRACTS):
        assert matches(write, call) and not matches(write, f"{call}{key}.x")
    if "." in key and key not in topology.calls(process, CONTRACTS):
        assert not matches(write, key)


@pytest.mark.parametrize("process", RIGHTS)
def test_nobody_reaches_what_is_another_s(process: str) -> None:
    own = RIGHTS[process]
    for name in ("amq.default", topology.RPC_EXCHANGE, "dead-letters"):
        assert not matches(own.write, name) and not matches(own.configure, name)
    for other in CONTRACTS:
        if other.service == process:
            continue
        queues = [one.queue for one in other.subscriptions]
        for queue in (f"rpc-{other.service}", f"{other.service}.dead-letters", *queues):
            assert not any(matches(e, queue) for e in (own.configure, own.write, own.read))
        assert not matches(own.write, event_exchange(other.service))
        assert not matches(own.write, topology.rpc_outlet(other.service))


def test_who_calls_whom() -> None:
    assert topology.calls("reports", CONTRACTS) == []
    assert "reports.get_report" not in topology.calls("notify", CONTRACTS)
    assert "registry.contact_of_account" in topology.calls("notify", CONTRACTS)
    assert "registry.contact_of_account" not in topology.calls("gateway", CONTRACTS)
    assert RIGHTS["reports"].configure == NOTHING


def test_the_table_of_rights_is_the_code_s() -> None:
    assert written(README.read_text()) == README.read_text(), "make docs"


def test_listeners_are_processes() -> None:
    known = set(topology.processes(CONTRACTS))
    assert {name for c in CONTRACTS for event in c.events for name in event.listeners} <= known


def test_a_password_s_hash_is_rabbitmq_s() -> None:
    raw = base64.b64decode(password_hash(Login("reports", "a secret")))
    assert raw[4:] == hashlib.sha256(raw[:4] + b"a secret").digest()
    other = password_hash(Login("notify", "a secret"))
    assert password_hash(Login("reports", "a secret")) != other


def test_the_same_input_gives_the_same_document() -> None:
    rights = list(RIGHTS.values())
    assert document(rights, LOGINS) == document(rights, LOGINS)
    assert "secret of" not in str(document(rights, LOGINS))


class FakeBroker:
    """Remembers."""

    def __init__(self, users: dict[str, set[str]]) -> None:
        self.there, self.imported = users, 0

    def users(self) -> dict[str, set[str]]:
        return dict(self.there)

    def import_definitions(self, document: Mapping[str, Any]) -> None:
        self.imported += 1

    def delete_user(self, name: str) -> None:
        del self.there[name]


def test_only_users_of_ours_are_deleted() -> None:
    broker = FakeBroker({"kota": {"administrator"}, "gone": {TAG}, "reports": {TAG}, "x": set()})
    assert apply(broker, document(RIGHTS.values(), LOGINS)) == ["gone"]
    assert set(broker.there) == {"kota", "reports", "x"}


def test_a_foreign_user_of_that_name_is_left_alone() -> None:
    broker = FakeBroker({"reports": set()})
    with pytest.raises(NotOurs, match="reports"):
        apply(broker, document(RIGHTS.values(), LOGINS))
    assert broker.imported == 0
