"""A wrong signing key is found out at start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey

from services.chassis.settings import SettingsInvalid, read
from services.registry.settings import Settings

KEY = OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True)
OTHER = OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True)
PRIVATE: dict[str, Any] = {**KEY.as_dict(private=True)}
IMPOSTOR: dict[str, Any] = {**OTHER.as_dict(private=False), "kid": KEY.kid}


def environment(folder: Path, signing: Any, published: Any) -> dict[str, str]:
    """The environment of a process with these key files."""
    files = {"signing.json": signing, "jwks.json": published, "audit.json": PRIVATE}
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text)
    return {
        "AMQP_URL": "amqp://registry:long-and-random@127.0.0.1:5672/",
        "DATABASE_URL": "postgresql://registry:long-and-random@127.0.0.1:5432/registry",
        "ADMIN_PORT": "8200",
        "AUTH_PUBLIC_KEYS": str(folder / "jwks.json"),
        "AUDIT_SIGNING_KEY": str(folder / "audit.json"),
        "IDENTITY_SIGNING_KEY": str(folder / "signing.json"),
        "CODE_SECRET": bytes(range(32)).hex(),
        "CITY_PACK": str(folder),
    }


def published(*keys: OKPKey, private: bool = False) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=private) for key in keys]}


def test_the_key_is_read_once(tmp_path: Path) -> None:
    settings = read(Settings, environment(tmp_path, PRIVATE, published(KEY)))
    assert settings.identity_signing_key.kid == KEY.kid
    assert str(PRIVATE["d"]) not in repr(settings)


def test_public_keys_are_public_even_when_the_file_is_not(tmp_path: Path) -> None:
    keys = published(OTHER, KEY, private=True)
    settings = read(Settings, environment(tmp_path, PRIVATE, keys))
    assert [key["kid"] for key in settings.public_keys()["keys"]] == [OTHER.kid, KEY.kid]
    assert all("d" not in key for key in settings.public_keys()["keys"])


@pytest.mark.parametrize(
    "signing",
    [
        "",
        "[]",
        "{}",
        KEY.as_dict(private=False),
        OKPKey.generate_key("X25519", auto_kid=True).as_dict(private=True),
        OKPKey.generate_key("Ed25519").as_dict(private=True),
        ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True),
    ],
    ids=["empty", "list", "nothing", "public", "no signing key", "no kid", "another kind"],
)
def test_a_wrong_signing_key_is_told(tmp_path: Path, signing: Any) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        read(Settings, environment(tmp_path, signing, published(KEY)))
    assert [problem.split(":")[0] for problem in invalid.value.problems] == ["IDENTITY_SIGNING_KEY"]


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "[]",
        {},
        published(OTHER),
        {"keys": [IMPOSTOR]},
    ],
    ids=["empty", "list", "nothing", "another", "another of the same kid"],
)
def test_tokens_that_nobody_could_verify_are_told(tmp_path: Path, keys: Any) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        read(Settings, environment(tmp_path, PRIVATE, keys))
    assert [problem.split(":")[0] for problem in invalid.value.problems] == ["AUTH_PUBLIC_KEYS"]
