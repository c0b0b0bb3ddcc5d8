"""Hashes of passwords, and the answer when there is no account."""

from __future__ import annotations

from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from services.registry.identity import passwords

RIGHT = "kata sandi yang panjang"


class Counting(PasswordHasher):
    """Remembers what was verified against."""

    seen: list[str | bytes]

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.seen.append(hash)
        return super().verify(hash, password)


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    counting.seen = []
    monkeypatch.setattr(passwords, "_HASHER", counting)
    return counting


def test_right_and_wrong(hasher: Counting) -> None:
    stored = passwords.hash_password(RIGHT)
    assert passwords.verify_password(stored, RIGHT)
    for wrong in ("", RIGHT + " ", RIGHT.upper(), "x"):
        assert not passwords.verify_password(stored, wrong)
    assert hasher.seen == [stored] * 5


def test_no_account_costs_the_same_verification(hasher: Counting) -> None:
    assert not passwords.verify_password(None, RIGHT)
    assert hasher.seen == [passwords._NOBODY]
    stored, nobody = (
        extract_parameters(hash_) for hash_ in (passwords.hash_password("x"), passwords._NOBODY)
    )
    assert stored == nobody


def test_an_empty_hash_is_no_account(hasher: Counting) -> None:
    assert not passwords.verify_password("", "")
    assert hasher.seen == [passwords._NOBODY]


def test_no_password_opens_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_NOBODY", passwords.hash_password(RIGHT))
    assert not passwords.verify_password(None, RIGHT)


def test_hashes_are_argon2id_of_the_promised_cost() -> None:
    found = extract_parameters(passwords.hash_password("x"))
    assert (found.type, found.memory_cost, found.time_cost) == (Type.ID, 19 * 1024, 2)


def test_the_same_password_hashes_differently() -> None:
    assert passwords.hash_password("x") != passwords.hash_password("x")


@pytest.mark.parametrize("stored", ["x", "$argon2id$", "$2b$12$" + "a" * 53, "\x00"])
def test_a_broken_hash_opens_nothing(stored: str) -> None:
    assert not passwords.verify_password(stored, "x")
