"""What each process may do on the broker, from the contracts.

Two layers hold it. Which objects a user may touch is said by regular expressions on their names;
with which routing keys it may publish and bind, by topic permissions. See README.md for the table,
and for why calls go through an outlet as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.chassis import topology
from services.chassis.chassis_contract import SEAL_MADE
from services.chassis.contract import Contract, EventType, event_exchange

# matches no name and no key; an empty expression would match the empty one
NOTHING = "(?!)"
_UNIQUE = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ONE_WORD = r"[^.]+"


@dataclass(frozen=True)
class Topic:
    """The routing keys with which one may publish on a topic exchange, and bind to it."""

    write: str = NOTHING
    read: str = NOTHING


@dataclass(frozen=True)
class Rights:
    """The rights of one process' user: regular expressions on names, and topics by exchange.

    configure: declare and delete. write: publish on an exchange, bind a queue. read: consume and
    purge a queue, bind to an exchange.
    """

    process: str
    configure: str
    write: str
    read: str
    topics: Mapping[str, Topic] = field(default_factory=dict)


def all_rights(contracts: Sequence[Contract]) -> list[Rights]:
    """The rights of every process that uses the broker."""
    return [rights(process, contracts) for process in topology.processes(contracts)]


def rights(process: str, contracts: Sequence[Contract]) -> Rights:
    """The rights of one process: those that its contract, and those of others, give it."""
    own = next((one for one in contracts if one.service == process), None)
    heard = _heard(process, contracts)
    volatile = _volatile(process, contracts)
    written = [topology.rpc_outlet(process), *([] if own is None else _event_exchanges(own))]
    read = [*([] if own is None else _consumed(own)), *heard]
    return Rights(
        process,
        configure=exactly(patterns=volatile),
        write=exactly(written, volatile),
        read=exactly(read, volatile),
        topics=_published(process, own, contracts) | heard,
    )


def exactly(names: Iterable[str] = (), patterns: Iterable[str] = ()) -> str:
    r"""A regular expression that matches just these names, and these patterns as a whole.

    It ends with `\z`: Erlang's `$` also matches before a line feed at the end.
    """
    parts = [*(re.escape(name) for name in names), *patterns]
    return rf"^(?:{'|'.join(parts)})\z" if parts else NOTHING


def _event_exchanges(own: Contract) -> list[str]:
    return [event_exchange(own.service), SEAL_MADE.exchange]


def _consumed(own: Contract) -> list[str]:
    # not its dead letters: they are evidence, and who may read a queue may also purge it
    return [
        topology.rpc_queue(own.service).name,
        *(subscription.queue for subscription in own.subscriptions),
    ]


def _published(
    process: str, own: Contract | None, contracts: Sequence[Contract]
) -> dict[str, Topic]:
    calls = topology.calls(process, contracts)
    if own is None:
        return {topology.rpc_outlet(process): Topic(write=exactly(calls))}
    types = [event.type for event in own.events]
    return {
        topology.rpc_outlet(process): Topic(write=exactly(calls, [_ONE_WORD])),
        event_exchange(process): Topic(write=exactly(types)),
        SEAL_MADE.exchange: Topic(write=exactly([SEAL_MADE.type])),
    }


def _heard(process: str, contracts: Sequence[Contract]) -> dict[str, Topic]:
    """The exchanges to which a running process binds queues of its own, and with what keys."""
    found: dict[str, Topic] = {}
    if topology.calls(process, contracts):
        key = re.escape(topology.reply_key(process, "")) + _UNIQUE
        found[topology.RPC_EXCHANGE] = Topic(read=exactly(patterns=[key]))
    broadcasts = _broadcasts(process, contracts)
    for exchange in {event.exchange for event in broadcasts}:
        types = [event.type for event in broadcasts if event.exchange == exchange]
        found[exchange] = Topic(read=exactly(types))
    return found


def _volatile(process: str, contracts: Sequence[Contract]) -> list[str]:
    """Pattern of the queues that a running process makes for itself, and that go with it; those of
    others are exclusive to their connections."""
    makes = topology.calls(process, contracts) or _broadcasts(process, contracts)
    return [topology.NAMES_OF_THE_BROKER] if makes else []


def _broadcasts(process: str, contracts: Sequence[Contract]) -> list[EventType]:
    return [
        event for contract in contracts for event in contract.events if process in event.listeners
    ]
