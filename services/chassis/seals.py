"""Seals over audit rows: each names its rows exactly, chains to the one before, and is signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.jwk import KeySet, OKPKey

from services.chassis import jsontext

FIRST = "0" * 64


@dataclass(frozen=True)
class Seal:
    """One link of a service's chain. `digest` covers everything but the signature."""

    sequence: int
    audit_ids: tuple[int, ...]
    digest: str
    previous: str


def make(service: str, sequence: int, previous: str, rows: Sequence[tuple[int, str]]) -> Seal:
    """The seal over `rows`: pairs of (audit id, row digest)."""
    ordered = sorted(rows)
    digest = jsontext.digest([service, sequence, previous, [list(row) for row in ordered]])
    return Seal(sequence, tuple(audit_id for audit_id, _ in ordered), digest, previous)


class SigningKey:
    """A service's private Ed25519 key, from a JWK file."""

    def __init__(self, file: Path) -> None:
        jwk = OKPKey.import_key(json.loads(file.read_text()))
        private: Any = jwk.private_key
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError(f"{file} holds no private Ed25519 key")
        self.key_id = str(jwk.kid)
        self._private = private

    def sign(self, digest: str) -> str:
        """The signature of a digest, base64."""
        return base64.b64encode(self._private.sign(digest.encode())).decode()


class PublicKeys:
    """The public keys of all services' seals, from a JWKS file."""

    def __init__(self, file: Path) -> None:
        keys = KeySet.import_key_set(json.loads(file.read_text())).keys
        self._keys = {str(key.kid): key for key in keys}

    def verifies(self, key_id: str, digest: str, signature: str) -> bool:
        """Whether the signature is that key's."""
        key = self._keys.get(key_id)
        public: Any = key.public_key if key else None
        if not isinstance(public, Ed25519PublicKey):
            return False
        try:
            public.verify(base64.b64decode(signature), digest.encode())
        except (InvalidSignature, ValueError):
            return False
        return True
