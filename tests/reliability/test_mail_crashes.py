"""notify is killed after the mail server took a message and before that was written down."""

from __future__ import annotations

from uuid import uuid4

from infra.local.stack import Stack
from tests.cities import native
from tests.client import Client
from tests.e2e.test_journey import REPORT
from tests.mailbox import Mailbox
from tests.reliability.databases import change, column, connected
from tests.waiting import eventually

KEY = 7_000_001
# whoever writes down how an attempt went waits for us
HELD = f"""
CREATE FUNCTION hold_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({KEY});
  RETURN NEW;
END $$;
CREATE TRIGGER hold_outcome BEFORE UPDATE ON mail_attempt
FOR EACH ROW EXECUTE FUNCTION hold_outcome()"""
FREE = "DROP TRIGGER hold_outcome ON mail_attempt; DROP FUNCTION hold_outcome"
WAITING = """
SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE d.datname = 'notify' AND l.locktype = 'advisory' AND NOT l.granted"""
OUTCOMES = """
SELECT a.outcome FROM mail_attempt a JOIN mail m ON m.id = a.mail_id
WHERE m.recipient = %s ORDER BY a.n"""


def test_killed_between_accept_and_commit(stack: Stack, guest: Client) -> None:
    eventually(stack.is_ready, 60, "readiness")
    post, address = Mailbox(native(stack)), f"warga.{uuid4().hex[:10]}@example.org"
    with connected(stack, "notify", owner=True) as notify, connected(stack, "notify") as mine:
        change(notify, HELD)
        try:
            change(mine, "SELECT pg_advisory_lock(%s)", KEY)
            made = guest.post("/v1/reports", REPORT | {"contact_email": address}).json
            post.wait(address)
            eventually(lambda: column(notify, WAITING), what="an outcome on its way")
            stack.kill("notify")
            # the server would finish what was sent to it
            change(mine, f"SELECT pg_terminate_backend(pid) FROM ({WAITING}) waiting")
        finally:
            change(notify, FREE)
        change(mine, "SELECT pg_advisory_unlock(%s)", KEY)
        recipient = f"guest:{made['id']}"
        eventually(lambda: column(notify, OUTCOMES, recipient) == ["lost", "accepted"], 60)
        states = column(notify, "SELECT state FROM mail WHERE recipient = %s", recipient)
    copies = post.to(address)
    assert states == ["sent"] and len(copies) == 2
    assert copies[0]["Message-ID"] == copies[1]["Message-ID"]


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
