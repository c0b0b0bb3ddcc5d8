"""c: how long after the deed people are told, at 20 lives a second.

Each delay counts from the moment the request that causes the news was sent, which is earlier than
its commit: to the moment the reporter's live stream brings the notification, and to the moment the
mail server has written the message down.
"""

from __future__ import annotations

import re
from collections import defaultdict
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Outcome, less
from tests.benchmarks.hearing import hearing
from tests.benchmarks.measure import percentile
from tests.benchmarks.row import Scale
from tests.benchmarks.stage import Stage
from tests.waiting import eventually

RATE, WORKERS = 20.0, 64
IN_APP_SECONDS, MAIL_SECONDS = 0.5, 1.0
ADDRESS = "warga.satu@example.invalid"
_NUMBER = re.compile(r"LP-\d{4}-\d{7}-\d")
Moments = dict[str, list[float]]


def measure(stage: Stage, scale: Scale) -> Outcome:
    """One citizen with a proven address lives through many reports."""
    _prove_address(stage)
    seconds = scale.seconds * scale.rounds
    crew = stage.crew() | {"citizens": [stage.client("citizen-1").token]}
    before, known = stage.handled(), len(_mails(stage))
    with hearing(stage, seconds + 120, "notification.added") as heard:
        seen = stage.load("lifecycle", WORKERS, seconds, rate=RATE, trails=True, given=crew)
        stage.wait_handled(before + 3 * seen.done)
        wanted = sum(len(trail["sent"]) for trail in seen.trails)
        notified = _by_report(heard.wait_for(wanted))
    eventually(lambda: _count(stage) >= known + wanted, 120, "the mails")
    posted = _by_number(_mails(stage)[known:])
    in_app = _delays(seen.trails, notified, "report")
    mailed = _delays(seen.trails, posted, "number")
    return Outcome(
        [
            less("committed → in-app, p95", "s", percentile(in_app, 95), IN_APP_SECONDS),
            less("committed → in-app, median", "s", percentile(in_app, 50)),
            less("committed → mail handed over, p95", "s", percentile(mailed, 95), MAIL_SECONDS),
            less("committed → mail handed over, median", "s", percentile(mailed, 50)),
            less("p95 of the slowest call", "ms", seen.p95() * 1e3),
        ],
        [
            f"{seen.done} lives in {seen.seconds:.0f} s, {seen.failed} failed, "
            f"{len(in_app)} notifications, {len(mailed)} mails"
        ],
    )


def _prove_address(stage: Stage) -> None:
    """The citizen's e-mail address is known and verified."""
    citizen = stage.client("citizen-1")
    if citizen.get("/v1/auth/me/email").json.get("verified"):
        return
    known = len(_mails(stage))
    citizen.post("/v1/auth/me/email", {"email": ADDRESS, "language": "en"})
    eventually(lambda: len(_mails(stage)) > known, what="the code by mail")
    parser = BytesParser(policy=policy.default)
    message: EmailMessage = parser.parsebytes(_mails(stage)[-1].read_bytes())
    part = message.get_body(("plain",))
    assert part is not None
    code = re.findall(r"^(\d{6})\r?$", part.get_content(), re.MULTILINE)[0]
    citizen.post("/v1/auth/me/email/verify", {"code": code})


def _mails(stage: Stage) -> list[Path]:
    """What the mail server holds, the oldest first."""
    found = stage.stack.state.mail.glob("new/*")
    return sorted(found, key=lambda file: file.stat().st_mtime_ns)


def _by_report(heard: list[Any]) -> Moments:
    found: Moments = defaultdict(list)
    for report, at in heard:
        found[report].append(at)
    return found


def _count(stage: Stage) -> int:
    """How many these are; who waits for them is not to take their time."""
    return sum(1 for _ in stage.stack.state.mail.joinpath("new").iterdir())


def _by_number(mails: list[Path]) -> Moments:
    parser, found = BytesHeaderParser(policy=policy.default), defaultdict(list)
    for file in mails:
        number = _NUMBER.search(str(parser.parsebytes(file.read_bytes())["Subject"]))
        if number is not None:
            found[number[0]].append(file.stat().st_mtime_ns / 1e9)
    return found


def _delays(trails: list[dict[str, Any]], told: Moments, key: str) -> list[float]:
    """From each request to what was told of it. Raises RuntimeError if anything was not told."""
    found: list[float] = []
    for trail in trails:
        moments = sorted(told.get(trail[key], ()))
        if len(moments) < len(trail["sent"]):
            raise RuntimeError(f"of {trail['number']}, by {key}, only {len(moments)} were told")
        found += [at - sent for sent, at in zip(trail["sent"], moments, strict=False)]
    return found
