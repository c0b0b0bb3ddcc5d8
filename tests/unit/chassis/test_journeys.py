"""What travels comes back as it was: errors, texts, headers, cursors, envelopes."""

from __future__ import annotations

import base64
import copy
import pickle
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import envelope, errors, jsontext
from services.chassis.call import CallHeaders
from services.chassis.cursors import Cursor
from services.chassis.errors import DomainError, FieldError, Malformed, from_data
from services.chassis.ids import is_public_number, new_id, public_number, same_code, tracking_code
from services.chassis.text import Text

WORDS = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=20)
TEXTS = st.builds(lambda en, id: Text(en, id=id), WORDS, WORDS)
FIELD_ERRORS = st.builds(FieldError, WORDS, WORDS, TEXTS)


def classes(base: type[DomainError] = DomainError) -> list[type[DomainError]]:
    found = [base, *(c for sub in base.__subclasses__() for c in classes(sub))]
    return [c for c in found if c.__module__ == errors.__name__ and c.__name__ != "ForeignError"]


@given(st.sampled_from(classes()), TEXTS, st.lists(FIELD_ERRORS, max_size=3), st.integers(1, 600))
def test_any_error_crosses_json(
    error_class: type[DomainError], detail: Text, wrong: list[FieldError], wait: int
) -> None:
    sent = error_class(detail, wrong, retry_after=wait)
    got = from_data(jsontext.loads(jsontext.dumps(sent.data())))
    assert type(got) is error_class
    assert got.data() == sent.data() and got.retry_after == wait
    assert got.errors == tuple(wrong)
    assert [e.message.id for e in got.errors] == [e.message.id for e in wrong]


def test_codes_tell_the_classes_apart() -> None:
    codes = [error_class.code for error_class in classes()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("error_class", classes())
def test_the_tree_keeps_its_statuses(error_class: type[DomainError]) -> None:
    branch = error_class.__mro__[-5] if error_class is not DomainError else error_class
    assert issubclass(branch, DomainError) and error_class.status == branch.status
    assert (error_class.status in (429, 503)) == (error_class.retry_after is not None)


def test_a_foreign_error_does_not_take_over_its_code() -> None:
    data = errors.Conflict().data() | {"code": "of_tomorrow", "status": 409, "retry_after": 4}
    first, second = from_data(data), from_data(data | {"status": 410})
    assert (first.status, second.status, first.retry_after) == (409, 410, 4)


@given(TEXTS)
def test_a_text_survives_copies(text: Text) -> None:
    for again in (copy.copy(text), copy.deepcopy(text), pickle.loads(pickle.dumps(text)),
                  Text.of(text.data())):  # fmt: skip
        assert (str(again), again.id) == (str(text), text.id)


@given(WORDS, TEXTS)
def test_values_are_never_read_as_patterns(plain: str, words: Text) -> None:
    said = Text("<{a}|{b}>", id="[{a}|{b}]").format(a=plain, b=words)
    assert str(said) == f"<{plain}|{words}>" and said.id == f"[{plain}|{words.id}]"


def test_a_missing_value_is_a_defect() -> None:
    with pytest.raises(KeyError):
        Text("{a}", id="{a}").format(b=1)


@given(st.uuids())
def test_any_cursor_comes_back(one: uuid.UUID) -> None:
    assert Cursor.read(Cursor(one).written()) == str(one)


@pytest.mark.parametrize(
    "text",
    ["", "x", "====", "é", "\x00", base64.urlsafe_b64encode(b"x" * 15).decode(),
     base64.urlsafe_b64encode(b"x" * 17).decode(), "A" * 1_000],
)  # fmt: skip
def test_no_cursor_of_ours(text: str) -> None:
    with pytest.raises(Malformed):
        Cursor.read(text)


@pytest.mark.parametrize(("asked", "given_ms"), [(-5, 0), (0, 0), (10**9, 60_000), (77, 77)])
def test_a_budget_has_bounds(asked: int, given_ms: int) -> None:
    assert CallHeaders.read({"budget_ms": asked}).budget_ms == given_ms


@pytest.mark.parametrize("value", [1, [], {}, "x" * 8_193])
def test_texts_of_another_form_count_as_absent(value: Any) -> None:
    headers = CallHeaders.read({"authorization": value, "request_id": value})
    assert headers.authorization is None and len(headers.request_id) == 36


@pytest.mark.parametrize("language", ["fr", "", None, 1, "EN"])
def test_another_language_is_indonesian(language: Any) -> None:
    assert CallHeaders.read({"language": language}).language == "id"


@pytest.mark.parametrize(
    "wrong",
    ["00-" + "A" * 32 + "-" + "b" * 16 + "-01", "01-" + "a" * 32 + "-" + "b" * 16 + "-01",
     "00-" + "a" * 32 + "-" + "b" * 16 + "-01\n", 7],
)  # fmt: skip
def test_a_wrong_traceparent_counts_as_absent(wrong: Any) -> None:
    assert CallHeaders.read({"traceparent": wrong}).traceparent is None


@pytest.mark.parametrize("name", ["if_match", "budget_ms"])
def test_true_is_no_number(name: str) -> None:
    with pytest.raises(Malformed):
        CallHeaders.read({name: True})


@given(st.integers(0, 9_999), st.integers(0, 9_999_999), st.integers(0, 10))
def test_two_neighbours_swapped_are_noticed(year: int, serial: int, at: int) -> None:
    number = public_number("LP", year, serial)
    places = [i for i, c in enumerate(number) if c.isdigit()]
    letters = list(number)
    left, right = places[at], places[at + 1]
    letters[left], letters[right] = letters[right], letters[left]
    assert is_public_number("LP", "".join(letters)) is ("".join(letters) == number)


def test_ids_are_of_version_7() -> None:
    made = uuid.UUID(new_id())
    assert made.version == 7 and made.variant == uuid.RFC_4122


def test_a_tracking_code_can_be_read_aloud() -> None:
    code = tracking_code(b"k" * 32, "LP-2026-0000001-1")
    assert len(code) == 16 and not set(code) & set("IO01")
    assert code == tracking_code(b"k" * 32, "LP-2026-0000001-1")
    assert same_code(code, code) and not same_code(code, code[:-1]) and not same_code(code, "é")


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_envelope_is_opened_or_refused(body: bytes | str) -> None:
    with pytest.raises(errors.Invalid):
        envelope.open_envelope(body, {})
