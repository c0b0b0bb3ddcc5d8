"""The users of the broker as one document that RabbitMQ imports, and how it is brought there."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from infra.rabbitmq.rights import Rights

# by this tag we know our users again; it gives them no right
TAG = "kota"
_HASHING = "rabbit_password_hashing_sha256"
_ANYTHING = ".*"


@dataclass(frozen=True)
class Login:
    """A user's name and password."""

    user: str
    password: str

    @classmethod
    def of_url(cls, url: str) -> Login:
        """The login in an amqp:// URL."""
        parts = urlsplit(url)
        return cls(unquote(parts.username or ""), unquote(parts.password or ""))


class NotOurs(Exception):
    """A user of that name is there already, and it is somebody else's."""


class Broker(Protocol):
    """A broker that we administer. All methods raise OSError with what went wrong."""

    def users(self) -> dict[str, set[str]]:
        """All users and their tags."""

    def import_definitions(self, document: Mapping[str, Any]) -> None:
        """Take the document in; what is not in it stays."""

    def delete_user(self, name: str) -> None:
        """Delete a user, and end its connections."""


def document(
    rights: Iterable[Rights],
    logins: Mapping[str, Login],
    *,
    vhost: str = "/",
    operator: Login | None = None,
) -> dict[str, Any]:
    """The definitions: users, permissions and topic permissions.

    logins: by process; KeyError if one is missing. operator: a user for the topology job, who may
    do anything. The same input gives the same document.
    """
    users, permissions, topics = [], [], []
    if operator is not None:
        users.append(_user(operator, "administrator"))
        permissions.append(_permission(operator.user, vhost, *[_ANYTHING] * 3))
    for one in rights:
        login = logins[one.process]
        users.append(_user(login, TAG))
        permissions.append(_permission(login.user, vhost, one.configure, one.write, one.read))
        for exchange, topic in one.topics.items():
            topics.append(
                {"user": login.user, "vhost": vhost, "exchange": exchange,
                 "write": topic.write, "read": topic.read}
            )  # fmt: skip
    return {"users": users, "permissions": permissions, "topic_permissions": topics}


def apply(broker: Broker, wanted: Mapping[str, Any]) -> list[str]:
    """Bring the document to the broker, and delete users of ours that it does not name any more.

    Returns what was deleted. Raises NotOurs, before anything is changed, and OSError.
    """
    there = broker.users()
    names = {user["name"] for user in wanted["users"] if TAG in user["tags"]}
    foreign = sorted(name for name in names & set(there) if TAG not in there[name])
    if foreign:
        raise NotOurs(f"the broker has users of these names that are not ours: {foreign}")
    broker.import_definitions(wanted)
    gone = sorted(name for name, tags in there.items() if TAG in tags and name not in names)
    for name in gone:
        broker.delete_user(name)
    return gone


def password_hash(login: Login) -> str:
    """The hash as RabbitMQ makes it: base64 of four bytes of salt and SHA-256 of salt + password.

    The salt is derived, so that a repeated import changes nothing.
    """
    salt = hashlib.sha256(f"salt of {login.user}:{login.password}".encode()).digest()[:4]
    digest = hashlib.sha256(salt + login.password.encode()).digest()
    return base64.b64encode(salt + digest).decode()


def _user(login: Login, tag: str) -> dict[str, Any]:
    return {
        "name": login.user,
        "password_hash": password_hash(login),
        "hashing_algorithm": _HASHING,
        "tags": [tag],
        "limits": {},
    }


def _permission(user: str, vhost: str, configure: str, write: str, read: str) -> dict[str, str]:
    return {"user": user, "vhost": vhost, "configure": configure, "write": write, "read": read}
