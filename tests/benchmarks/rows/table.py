"""All rows by their letters."""

from __future__ import annotations

from collections.abc import Mapping

from tests.benchmarks.row import Row
from tests.benchmarks.rows import (
    delays,
    events,
    flood,
    growth,
    lifecycles,
    logins,
    outage,
    overload,
    rpc,
    rush,
    scaling,
    weight,
)

_ALL = (
    Row("a", "HTTP → RPC → JSON, beside stock nameko and FastAPI + aio-pika", rpc.measure),
    Row("b", "lives of reports, beside a bare slice", lifecycles.measure),
    Row("c", "how soon people are told, at 20 lives a second", delays.measure),
    Row("d", "relay from a backlog, consumer with inbox", events.measure),
    Row("e", "the broker away, then back", outage.measure),
    Row("f", "five times too much", overload.measure),
    Row("i", "one, two, four processes on the same cores", scaling.measure),
    Row("j", "logins of known and unknown accounts", logins.measure),
    Row("k", "a rush hour: 5,000 reports of 40 jams", rush.measure),
    # these two begin anew, or leave much behind
    Row("h", "memory, starts, images", weight.measure),
    Row("g", "growing", growth.measure),
    Row("l", "an hour of flood, in the city that grew", flood.measure),
)
ROWS: Mapping[str, Row] = {row.letter: row for row in _ALL}
