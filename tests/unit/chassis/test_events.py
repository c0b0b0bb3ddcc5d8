"""Envelopes, waves and seals."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import envelope, jsontext, seals
from services.chassis.errors import Invalid
from services.chassis.relay import _waves
from tests.integration.chassis.sample import MADE

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KNOWN = {MADE.type: MADE}


def sealed(**more: Any) -> dict[str, Any]:
    return envelope.seal(MADE, "s", 3, {"value": 1}, at=NOW) | more


def test_an_envelope_comes_back() -> None:
    event = envelope.open_envelope(jsontext.dumps(sealed()), KNOWN)
    assert (event.type, event.subject, event.version) == (MADE.type, "s", 3)
    assert event.data == {"value": 1} and event.time == NOW
    assert MADE.type == "id.kota.samples.sample.made.v1"


def test_a_newer_producer_may_add_fields() -> None:
    body = jsontext.dumps(sealed(data={"value": 1, "new": 2}))
    assert envelope.open_envelope(body, KNOWN).data == {"value": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"x", b"[]", b"\xff", jsontext.dumps(sealed(type="other")),
        jsontext.dumps(sealed(data={"value": "x"})), jsontext.dumps(sealed(id="x")),
        jsontext.dumps(sealed(aggregateversion=0)), jsontext.dumps(sealed(more=1)),
        b"x" * (envelope.MAX_BYTES + 1),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(body: bytes | str) -> None:
    with pytest.raises(Invalid):
        envelope.open_envelope(body, KNOWN)


def test_what_breaks_the_contract_is_not_sent() -> None:
    with pytest.raises(Invalid):
        envelope.seal(MADE, "s", 1, {"value": 1, "personal": "x"}, at=NOW)


@given(st.lists(st.sampled_from("abcd"), max_size=30))
def test_waves_keep_the_order_of_each_aggregate(subjects: list[str]) -> None:
    rows = [
        {"id": n, "subject": subject, "type": f"t{n * 7 % 5}"} for n, subject in enumerate(subjects)
    ]
    waves = list(_waves(rows))
    assert all([row["type"] for row in w] == sorted(row["type"] for row in w) for w in waves)
    assert sorted(row["id"] for wave in waves for row in wave) == list(range(len(rows)))
    for wave in waves:
        assert max(Counter(row["subject"] for row in wave).values()) == 1
    for subject in set(subjects):
        sent = [row["id"] for wave in waves for row in wave if row["subject"] == subject]
        assert sent == sorted(sent)


def test_a_seal_depends_on_everything() -> None:
    base = ("reports", 2, seals.FIRST, [(1, "a"), (2, "b")])
    made = {
        seals.make(*base).digest,
        seals.make("notify", *base[1:]).digest,
        seals.make("reports", 3, *base[2:]).digest,
        seals.make("reports", 2, "1" * 64, base[3]).digest,
        seals.make("reports", 2, seals.FIRST, [(1, "a"), (2, "c")]).digest,
        seals.make("reports", 2, seals.FIRST, [(1, "a")]).digest,
    }
    assert len(made) == 6
    assert seals.make("reports", 2, seals.FIRST, [(2, "b"), (1, "a")]) == seals.make(*base)
