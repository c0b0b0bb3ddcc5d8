"""The broker's users, as processes know one another by them.

RabbitMQ lets a message carry the property `user_id` only with the user of the connection that
published it, so it says who speaks, wherever each process has a user of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis import broker_url


@dataclass(frozen=True)
class BrokerUsers:
    """All users, told from one's own: they are named after their processes, and what stands before
    (`kota-reports`) is the same for all.

    process: one's own name. user: one's own user. If it is not named so, all processes share it.
    """

    process: str
    user: str

    @classmethod
    def of_url(cls, process: str, amqp_url: str) -> BrokerUsers:
        """As the process with that connection knows them."""
        return cls(process, broker_url.user(amqp_url))

    @property
    def are_one(self) -> bool:
        """Whether all processes share one user, so that nothing tells them apart."""
        return not self.user.endswith(self.process)

    def is_of(self, user_id: str | None, process: str) -> bool:
        """Whether that process published a message with that `user_id`, as far as can be told."""
        return self.are_one or user_id == self.user.removesuffix(self.process) + process
