"""Once a day, in one message, what happened to the topics that somebody follows.

What is taken from the line and the message that tells of it commit together: whoever is killed in
between tells nothing twice and forgets nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from services.chassis.database import Row
from services.chassis.ids import new_id
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import domain, in_app, spreading_repository, subscription_mail
from services.notify.mail.links import Links
from services.notify.wording import Wording, each

RECIPIENTS = 50
MOST_LINES = 30
LONGEST_LINE = 110
MORE = Text("… and {count} more.", id="… dan {count} lainnya.")


def make(work: UnitOfWork, wording: Wording, links: Links) -> bool:
    """Make some of the digests that are due; whether there may be more."""
    if not spreading_repository.lock_digests(work):
        return False
    until = wording.rules.last_digest(wording.local_time(work.clock.now()))
    taken, items = spreading_repository.take_items(
        work, until, recipients=RECIPIENTS, lines=MOST_LINES
    )
    for recipient, mine in groupby(items, key=itemgetter("recipient")):
        _send(work, recipient, list(mine), wording, links)
    return taken > 0


def _send(
    work: UnitOfWork, recipient: str, items: list[Row], wording: Wording, links: Links
) -> None:
    title, opening = wording.plain("topic.digest")
    digest_id, is_mail = new_id(), not domain.is_person(recipient)
    lines = [opening, *(_line(item, wording, links if is_mail else None) for item in items)]
    left = items[0]["items"] - len(items)
    words = (title, _joined([*lines, *([MORE.format(count=left)] if left else [])]))
    if is_mail:
        subscription_mail.queue_digest(work, recipient, digest_id, words)
    else:
        in_app.tell(work, digest_id, recipient, None, words)


def _line(item: Row, wording: Wording, links: Links | None) -> Text:
    """What happened, and where to read it if there are links."""
    said, _ = wording.words(item["key"], item["about"])
    where = f"\n{links.page(item['path'])}" if links else ""
    return each(lambda language: _short(said.in_language(language)) + where)


def _short(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def _joined(parts: Iterable[Text]) -> Text:
    kept = list(parts)
    return each(lambda language: "\n\n".join(part.in_language(language) for part in kept))
