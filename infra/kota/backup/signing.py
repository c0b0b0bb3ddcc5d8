"""Who made a backup: whoever knows the public key can encrypt, the deployment alone can sign.

The manifest is signed as it stands in its file; it names the digest of every part. A deployment's
key is known by its fingerprint (RFC 7638), which the operator keeps beside the private key.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from infra.vault.identity import BACKUP_KEY, BACKUP_PUBLIC

FILE = "manifest.sig"
# a signature of ours for anything else is none for a backup
_PURPOSE = b"kota backup manifest\n"


class NotTrusted(Exception):
    """It is not signed, was changed, or was signed by somebody else; the message says which."""


class Signer:
    """A deployment's signing key, from its vault. Raises OSError, ValueError if there is none."""

    def __init__(self, vault: Path) -> None:
        self._key = OKPKey.import_key(json.loads((vault / "secrets" / BACKUP_KEY).read_text()))
        private: Any = self._key.private_key
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError(f"{BACKUP_KEY} holds no private Ed25519 key")
        self._private = private

    @property
    def fingerprint(self) -> str:
        """What the key is known by."""
        return self._key.thumbprint()

    def sign(self, manifest: bytes) -> str:
        """What goes into the signature's file."""
        signature = base64.b64encode(self._private.sign(_PURPOSE + manifest)).decode()
        return json.dumps({"key": self._key.as_dict(private=False), "signature": signature})


def known(vault: Path) -> list[str]:
    """The fingerprints of a deployment's own key; none where its vault is not."""
    file = vault / "keys" / BACKUP_PUBLIC
    if not file.is_file():
        return []
    return [key.thumbprint() for key in KeySet.import_key_set(json.loads(file.read_text())).keys]


def check(manifest: bytes, signature: bytes | None, trusted: Collection[str]) -> None:
    """Whether one of the trusted keys signed this manifest. Raises NotTrusted."""
    if signature is None:
        raise NotTrusted("it is not signed; whoever may write into the folder could have made it")
    fingerprint = _signed_by(manifest, signature)
    if not trusted:
        raise NotTrusted(f"it is signed by {fingerprint}, and nobody said whose key to trust")
    if fingerprint not in trusted:
        raise NotTrusted(f"it is signed by {fingerprint}, and not by {' or '.join(trusted)}")


def _signed_by(manifest: bytes, signature: bytes) -> str:
    """The fingerprint of the key that signed it. Raises NotTrusted."""
    try:
        said = json.loads(signature)
        key = OKPKey.import_key(said["key"])
        public: Any = key.public_key
        if not isinstance(public, Ed25519PublicKey):
            raise NotTrusted("its signature is none of ours")
        public.verify(base64.b64decode(said["signature"]), _PURPOSE + manifest)
    except InvalidSignature:
        raise NotTrusted("its manifest is not the one that was signed") from None
    except (JoseError, ValueError, KeyError, TypeError):
        raise NotTrusted("its signature cannot be read") from None
    return key.thumbprint()
