"""The mail server is away; what happens when notify dies is in test_chaos.py."""

from __future__ import annotations

from uuid import uuid4

from infra.local.stack import Stack
from tests.cities import native
from tests.client import Client
from tests.e2e.test_journey import REPORT
from tests.mailbox import Mailbox
from tests.reliability.databases import column, connected
from tests.waiting import eventually

OUTCOMES = """
SELECT a.outcome FROM mail_attempt a JOIN mail m ON m.id = a.mail_id
WHERE m.recipient = %s ORDER BY a.n"""


def test_the_mail_server_is_away(stack: Stack, guest: Client) -> None:
    post, address = Mailbox(native(stack)), f"warga.{uuid4().hex[:10]}@example.org"
    stack.supervisor.stop_process("mail")
    try:
        made = guest.post("/v1/reports", REPORT | {"contact_email": address})
        assert made.status == 201
        assert stack.is_ready()
    finally:
        stack.supervisor.start_process("mail")
    post.wait(address)
    with connected(stack, "notify") as notify:
        recipient = f"guest:{made.json['id']}"
        eventually(lambda: column(notify, OUTCOMES, recipient)[-1:] == ["accepted"])
        assert column(notify, OUTCOMES, recipient).count("accepted") == 1
    assert len(post.to(address)) == 1
