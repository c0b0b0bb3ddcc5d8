"""The table of what each user may do, from the expressions that the broker holds them by.

python -m infra.rabbitmq.table writes it into README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from infra.kota.contracts import all_contracts
from infra.rabbitmq.rights import Rights, all_rights
from services.chassis import topology
from services.chassis.chassis_contract import SEAL_MADE
from services.chassis.contract import Contract, EventType

README = Path(__file__).resolve().parent / "README.md"
_PLACE = re.compile(r"(?<=<!-- rights -->\n).*(?=<!-- /rights -->)", re.DOTALL)
_HEAD = ("User", "Consumes", "Publishes", "Calls", "Makes for itself")


def matches(expression: str, name: str) -> bool:
    r"""Whether RabbitMQ would let the name pass; PCRE's `\z` is Python's `\Z`."""
    return re.search(expression.replace(r"\z", r"\Z"), name) is not None


def table() -> str:
    """The table in Markdown."""
    contracts = all_contracts()
    rows = [_row(one, contracts) for one in all_rights(contracts)]
    lines = [_HEAD, ["---"] * len(_HEAD), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def written(text: str) -> str:
    """A README with the table of now in its place."""
    return _PLACE.sub(lambda _: table(), text)


def _row(rights: Rights, contracts: Sequence[Contract]) -> list[str]:
    queues = [queue.name for contract in contracts for queue in topology.queues(contract)]
    calls = [f"{c.service}.{o.name}" for c in contracts for o in c.operations]
    outlet = rights.topics[topology.rpc_outlet(rights.process)].write
    makes = matches(rights.configure, f"amq.gen-{'x' * 22}")
    return [
        rights.process,
        _named(rights.read, queues),
        ", ".join(_events(rights, [event for c in contracts for event in c.events])) or "nothing",
        _named(outlet, calls),
        "exclusive queues" if makes else "nothing",
    ]


def _events(rights: Rights, events: Sequence[EventType]) -> Iterable[str]:
    for exchange, topic in rights.topics.items():
        types = [e.type for e in (*events, SEAL_MADE) if e.exchange == exchange]
        may = [name for name in types if matches(topic.write, name)]
        if may and matches(rights.write, exchange):
            yield f"on `{exchange}`" if may == types else f"on `{exchange}` {_listed(may)}"
    if matches(rights.topics[topology.rpc_outlet(rights.process)].write, "reply"):
        yield "replies"


def _named(expression: str, names: Sequence[str]) -> str:
    may = [name for name in names if matches(expression, name)]
    others = [name for name in names if name not in may]
    return f"all but {_listed(others)}" if len(may) > len(others) else _listed(may) or "nothing"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
