"""The feed: what happened, in one order, so that whoever was away can catch up.

Entries come in beside the transactions that make them, and the order in which those commit is not
the order of any number they could take. So entries first stand in line, and one process at a time
moves those that are committed into the feed: what has a lower position was always visible earlier.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.chassis import jsontext
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.notify import queries, repository
from services.notify.contract import FEED_ADVANCED, audiences_of

KEPT = timedelta(days=7)
# entries of one event: with the longest texts a pack may have they stay below an envelope's limit
BATCH = 50
# the aggregate whose events these are; its version cannot outgrow 31 bits as positions may
SUBJECT = "feed"
_VERSIONS = 2**31 - 1


def add(work: UnitOfWork, audience: str, kind: str, data: dict[str, Any]) -> None:
    """Put an entry in line. Ids, codes and the city pack's words only: no personal data."""
    repository.queue_entry(work, new_id(), audience, kind, data)


def advance(work: UnitOfWork) -> bool:
    """Move what stands in line into the feed and announce it; whether there may be more."""
    entries = repository.move_entries(work, BATCH)
    if not entries:
        return False
    version = entries[-1]["position"] % _VERSIONS + 1
    written = [entry | {"at": jsontext.rfc3339(entry["at"])} for entry in entries]
    work.emit(FEED_ADVANCED, SUBJECT, version, {"entries": written})
    return len(entries) == BATCH


def read(work: UnitOfWork, asked: dict[str, Any]) -> dict[str, Any]:
    """What the caller may see after a position, in order."""
    ends = queries.feed_ends(work)
    head, oldest = ends["head"], ends["oldest"]
    if "after" not in asked:
        return {"items": [], "head": head, "more": False, "reset": False}
    # before what is kept, or beyond what there is (of a database that was restored since)
    after = min(max(asked["after"], oldest - 1), head)
    is_unknown = after != asked["after"]
    audiences = audiences_of(work.call.principal)
    rows = queries.feed_after(work, audiences, after, asked["limit"] + 1)
    items = rows[: asked["limit"]]
    more = len(rows) > len(items)
    return {"items": items, "head": head, "more": more, "reset": is_unknown}


def forget(work: UnitOfWork) -> bool:
    """Delete a batch of what is older than KEPT; whether there may be more."""
    return repository.forget_entries(work, work.clock.now() - KEPT) > 0
