"""What notify reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from environs import Env, EnvError
from marshmallow import ValidationError

from services.chassis import text_fields
from services.chassis.secret_settings import private_key, secret_bytes
from services.chassis.settings import ServiceSettings, http_url, seconds, setting
from services.notify.mail.smtp import Server, server_from_url


def mail_server(env: Env, name: str) -> Server:
    """smtp://user:password@host:587?security=starttls, or smtps://…"""
    try:
        return server_from_url(env.str(name))
    except ValueError as error:
        raise EnvError(str(error)) from None


def address(env: Env, name: str) -> str:
    """An e-mail address."""
    given: str = env.str(name)
    try:
        found: str = text_fields.Email().deserialize(given)
    except ValidationError:
        raise EnvError("must be an e-mail address") from None
    return found


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What notify reads besides."""

    mail_link_secret: bytes = setting(
        secret_bytes, means="signs links in e-mails; a new one voids all"
    )
    mail_from: str = setting(address, means="the city's address")
    public_url: str = setting(http_url, means="where people reach the API, for links")
    service_key: Path = setting(private_key, means="proves to other services that notify asks")
    smtp_url: Server | None = setting(
        mail_server, None, means="the mail server; without it no e-mail is sent"
    )
    mail_retry_seconds: float = setting(
        seconds, 60.0, means="rest before a message's second try, then doubling"
    )
    mail_lease_seconds: float = setting(
        seconds, 120.0, means="so long nobody else takes a message that is being sent"
    )
