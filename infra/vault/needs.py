"""Which process finds which secret in its environment, and under which name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.vault.vault import Vault

SERVICES = ("registry", "reports", "notify", "permits")


@dataclass(frozen=True)
class Needs:
    """What one process needs of the vault, each by the name of its variable.

    passwords: secrets that stand in the variable. keys: private key files, and public: public key
    files, whose place stands in the variable.
    """

    passwords: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    public: Mapping[str, str] = field(default_factory=dict)

    def in_environment(self, vault: Vault) -> dict[str, str]:
        """The variables with secrets in them; those that do not exist yet are made."""
        return {variable: vault.password(name) for variable, name in self.passwords.items()}


# photos: the gateway takes them in, reports hands them out
_UPLOADS = {"UPLOAD_SECRET": "upload"}
_TOKENS = {"AUTH_PUBLIC_KEYS": "identity_jwks.json"}


def _service(
    name: str, passwords: Mapping[str, str] | None = None, keys: Mapping[str, str] | None = None
) -> Needs:
    return Needs(
        passwords or {},
        {"AUDIT_SIGNING_KEY": f"audit_{name}.json"} | dict(keys or {}),
        _TOKENS | {"SERVICE_PUBLIC_KEYS": "service_jwks.json"},
    )


NEEDS: Mapping[str, Needs] = {
    "registry": _service(
        "registry", {"CODE_SECRET": "code"}, {"IDENTITY_SIGNING_KEY": "identity_signing_key.json"}
    ),
    "reports": _service("reports", {"TRACKING_SECRET": "tracking", **_UPLOADS}),
    "notify": _service(
        "notify", {"MAIL_LINK_SECRET": "mail_link"}, {"SERVICE_KEY": "service_notify.json"}
    ),
    "permits": _service("permits"),
    "gateway": Needs({"CURSOR_SECRET": "cursor", **_UPLOADS}, public=_TOKENS),
}
