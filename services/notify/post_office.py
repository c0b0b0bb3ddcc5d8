"""Everything a process needs to send e-mail, put together once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from services.chassis.clock import SystemClock
from services.chassis.service_tokens import ServiceTokens
from services.chassis.unit_of_work import UnitOfWork
from services.notify.contacts import Contacts, Rpc
from services.notify.courier import Courier
from services.notify.mail.letter import Sender
from services.notify.mail.links import Links
from services.notify.mail.smtp import SmtpSender
from services.notify.settings import Settings
from services.notify.wording import Wording


class PostOffice:
    """Sends e-mail, if a mail server is configured. links: what stands in it."""

    def __init__(self, settings: Settings, wording: Wording) -> None:
        self.links = Links(settings.mail_link_secret, settings.public_url)
        self._settings = settings
        self._sender = Sender(settings.mail_from, wording.city.name)
        self._tokens = ServiceTokens("notify", settings.service_key, SystemClock())
        server = settings.smtp_url
        self._smtp = SmtpSender(server, self._sender.domain) if server is not None else None

    @property
    def token(self) -> str:
        """Proves to other services that notify asks."""
        return self._tokens.token()

    @property
    def is_open(self) -> bool:
        """Whether e-mail is sent at all."""
        return self._smtp is not None

    def deliver_next(
        self, open_work: Callable[[], AbstractContextManager[UnitOfWork]], rpc: Rpc
    ) -> bool:
        """Deal with messages that are due; whether there were any. Raises as Courier does."""
        if self._smtp is None:
            return False
        courier = Courier(
            open_work,
            Contacts(open_work, rpc, self._tokens.token, self.links),
            self._sender,
            self._smtp,
            first_rest=timedelta(seconds=self._settings.mail_retry_seconds),
            lease=timedelta(seconds=self._settings.mail_lease_seconds),
        )
        return courier.deliver_next()
