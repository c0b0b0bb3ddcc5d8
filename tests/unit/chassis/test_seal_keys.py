"""Signatures under seals, and chains of seals."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey

from services.chassis import seals
from services.chassis.seals import FIRST, PublicKeys, SigningKey

DIGEST = seals.make("reports", 1, FIRST, [(1, "a")]).digest


def key_file(folder: Path, name: str) -> tuple[Path, OKPKey]:
    key = OKPKey.generate_key("Ed25519", {"kid": name})
    file = folder / f"{name}.json"
    file.write_text(json.dumps(key.as_dict(private=True)))
    return file, key


@pytest.fixture
def signing(tmp_path: Path) -> SigningKey:
    return SigningKey(key_file(tmp_path, "reports")[0])


@pytest.fixture
def public(tmp_path: Path) -> PublicKeys:
    """The keys of two services; `signing` is the first."""
    sets = []
    for name in ("reports", "notify"):
        file = tmp_path / f"{name}.json"
        key = OKPKey.import_key(json.loads(file.read_text())) if file.exists() else None
        sets.append((key or key_file(tmp_path, name)[1]).as_dict(private=False))
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": sets}))
    return PublicKeys(tmp_path / "jwks.json")


def test_a_signature_is_verified(signing: SigningKey, public: PublicKeys) -> None:
    assert signing.key_id == "reports"
    assert public.verifies("reports", DIGEST, signing.sign(DIGEST))


def test_a_signature_fits_one_key_and_one_digest(signing: SigningKey, public: PublicKeys) -> None:
    signature = signing.sign(DIGEST)
    assert not public.verifies("notify", DIGEST, signature)
    assert not public.verifies("unknown", DIGEST, signature)
    assert not public.verifies("reports", DIGEST[:-1] + "x", signature)
    assert not public.verifies("reports", "", signature)


@pytest.mark.parametrize("signature", ["", "AAAA", "no base64!", "A" * 88, "é"])
def test_garbage_is_no_signature(signing: SigningKey, public: PublicKeys, signature: str) -> None:
    assert public.verifies("reports", DIGEST, signing.sign(DIGEST))
    assert not public.verifies("reports", DIGEST, signature)


@pytest.mark.parametrize(
    "jwk",
    [
        OKPKey.generate_key("X25519").as_dict(private=True),
        OKPKey.generate_key("Ed25519").as_dict(private=False),
    ],
    ids=["another curve", "no private part"],
)
def test_another_key_does_not_sign(tmp_path: Path, jwk: dict[str, object]) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(jwk))
    with pytest.raises(ValueError, match="no private Ed25519 key"):
        SigningKey(file)


def test_another_kind_of_key_verifies_nothing(tmp_path: Path, signing: SigningKey) -> None:
    other = ECKey.generate_key("P-256", {"kid": "ec"}).as_dict(private=False)
    (tmp_path / "others.json").write_text(json.dumps({"keys": [other]}))
    keys = PublicKeys(tmp_path / "others.json")
    assert not keys.verifies("ec", DIGEST, signing.sign(DIGEST))


ROWS = st.lists(st.tuples(st.integers(1, 10**9), st.text("abcdef0123456789", min_size=4)),
                min_size=1, max_size=8, unique_by=lambda row: row[0])  # fmt: skip


@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[tuple[int, str]], chance: Random) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)
    one, other = (seals.make("s", 1, FIRST, given_rows) for given_rows in (rows, mixed))
    assert one == other and list(one.audit_ids) == sorted(one.audit_ids)


@given(ROWS, st.data())
def test_any_change_of_a_row_breaks_the_chain(
    rows: list[tuple[int, str]], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    changed = [*rows[:at], (rows[at][0], rows[at][1] + "0"), *rows[at + 1 :]]
    removed = [*rows[:at], *rows[at + 1 :]]
    renumbered = [*rows[:at], (10**10, rows[at][1]), *rows[at + 1 :]]
    right = seals.make("s", 1, FIRST, rows)
    after = seals.make("s", 2, right.digest, [(1, "x")]).digest
    for wrong in (changed, removed, renumbered):
        broken = seals.make("s", 1, FIRST, wrong)
        assert broken.digest != right.digest
        assert seals.make("s", 2, broken.digest, [(1, "x")]).digest != after
