"""From a photo of garbage to the proof that it is gone, with what can go wrong between."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from infra.local.demo.bus import Bus
from infra.local.demo.client import Person
from infra.local.demo.stage import Stage

ADDRESS = "warga.contoh@kota.example"
REPORT = {
    "category": "sampah",
    "description": "Data contoh: tumpukan sampah di tepi jalan, sudah tiga hari",
    "lat": -6.3223,
    "long": 106.6943,
    "visibility": "public",
}


class Broken(SystemExit):
    """Something did not happen as promised."""


class Story:
    """Played on a stage, told on a console."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self._stage = stage
        self._console = console
        self._report: dict[str, Any] = {}

    def tell(self) -> None:
        """Play it from beginning to end. Raises SystemExit where a promise is not kept."""
        citizen = self._stage.person("citizen-1")
        self._prove_address(citizen)
        with Bus(self._stage.stack.rabbitmq.url()) as bus:
            self._submit(citizen)
            self._flow(bus, citizen)
        self._take_on()
        self._miss_the_term()
        self._pass_on()
        self._reopen(citizen)
        self._close(citizen)
        self._show_timeline()
        self._show_mails()
        self._show_books()

    def _prove_address(self, citizen: Person) -> None:
        self._chapter("A citizen gives an e-mail address, and proves it", "registry, notify")
        citizen.post("/v1/auth/me/email", {"email": ADDRESS, "language": "en"})
        message = self._stage.wait_mail(lambda mail: mail["To"] == ADDRESS)
        code = re.findall(r"^(\d{6})\r?$", _text(message), re.MULTILINE)[0]
        proven = citizen.post("/v1/auth/me/email/verify", {"code": code})
        self._say(f"the code {code} came by e-mail; {proven['email']} is verified")

    def _submit(self, citizen: Person) -> None:
        self._chapter("and reports a pile of garbage, with a photo", "gateway, reports")
        body, key = REPORT | {"photos": [citizen.upload("saddlebrown")]}, str(uuid.uuid4())
        self._report = made = citizen.post("/v1/reports", body, key)
        self._say(f"{made['number']} in {made['area_name']}, for {made['agency_name']}")
        self._say(f"to be verified by {_day(made['due_at'])}")
        again = citizen.post("/v1/reports", body, key)
        same = again["id"] == made["id"]
        self._check(same, f"sent again by a slow phone: still {again['number']}")

    def _flow(self, bus: Bus, citizen: Person) -> None:
        self._chapter("The event flows, and people are told", "relay, RabbitMQ, notify")
        self._told(citizen, f"Report {self._report['number']} received")
        self._told(self._stage.person("officer-dlh"), f"New report {self._report['number']}")
        event = bus.about(self._report["id"])[0]
        self._say(f"{event['type']} {event['id']}")
        message = self._mail(f"Report {self._report['number']} received")
        self._say(f"e-mail: “{message['Subject']}”, {message['List-Unsubscribe-Post']}")

    def _take_on(self) -> None:
        self._chapter("An officer of the first agency takes it on", "reports")
        officer = self._stage.person("officer-dlh")
        self._act(officer, "claim")
        self._act(officer, "verify")
        assigned = self._act(officer, "assign", {"agency": "DLH"})
        self._say(f"assigned to {assigned['agency_name']}, answer due {_day(assigned['due_at'])}")

    def _miss_the_term(self) -> None:
        self._chapter("Three weeks pass, and nobody does anything", "the clock is moved")
        self._stage.move_clock(timedelta(days=21))
        number, supervisor = self._report["number"], self._stage.person("supervisor")
        self._told(supervisor, f"Report {number} is overdue")
        for login in ("supervisor", "head", "auditor"):
            title = self._told(
                self._stage.person(login), f"Escalation: nobody has acted on report {number}"
            )
            self._say(f"{login}: {title}")
        overdue = supervisor.get("/v1/work/overview")["overdue"]
        self._check(overdue == 1, f"the supervisor's overview: {overdue} overdue")

    def _pass_on(self) -> None:
        self._chapter("It is passed on to a second agency, which acts", "reports")
        officer = self._stage.person("officer-dlh")
        passed = self._act(officer, "forward", {"agency": "SATPOLPP", "reason": "Penegakan aturan"})
        self._say(f"{passed['agency_name']} answers now, by {_day(passed['due_at'])}")
        self._resolve("Sudah dibersihkan", "olivedrab")

    def _resolve(self, note: str, colour: str) -> None:
        officer = self._stage.person("officer-satpolpp")
        self._act(officer, "assign", {"agency": "SATPOLPP"})
        self._act(officer, "start")
        body = {"note": note, "photos": [officer.upload(colour)]}
        done = self._act(officer, "resolve", body)
        self._say(f"resolved, with {len(done['photos'])} photos in all: before and after")

    def _reopen(self, citizen: Person) -> None:
        self._chapter("The citizen is not content: 2 of 5 means look again", "reports")
        citizen = self._stage.person("citizen-1")
        reopened = self._act(citizen, "rate", {"score": 2, "text": "Masih ada sisa"})
        self._check(reopened["state"] == "reopened", f"the report is {reopened['state']}")
        self._resolve("Sisa sudah diangkut", "forestgreen")
        rated = self._act(citizen, "rate", {"score": 5, "text": "Terima kasih"})
        self._say(f"rated {rated['rating']} of 5")

    def _close(self, citizen: Person) -> None:
        self._chapter("Ten working days later it closes by itself", "the clock is moved")
        self._stage.move_clock(timedelta(days=21))
        citizen = self._stage.person("citizen-1")
        path = f"/v1/reports/{self._report['id']}"
        citizen.wait_for(path, lambda report: report["state"] == "closed")
        self._told(citizen, f"Report {self._report['number']} closed")

    def _show_timeline(self) -> None:
        self._chapter("What happened, as staff sees it", "reports")
        officer = self._stage.person("officer-satpolpp")
        lines = officer.get(f"/v1/reports/{self._report['id']}/timeline")["items"]
        table = Table("", "when", "what", "state", "who", "words", box=None, pad_edge=False)
        for line in lines:
            shown = (str(line["version"]), _day(line["at"]), line["action"], line["state"])
            table.add_row(*shown, line["by"], line["text"] or "")
        self._console.print(table)

    def _show_mails(self) -> None:
        wanted = f"Report {self._report['number']} closed"
        self._mail(wanted)
        self._chapter("What the citizen found in the mailbox", "notify, SMTP")
        for message in self._stage.mails():
            if message["To"] == ADDRESS:
                self._say(str(message["Subject"]))

    def _show_books(self) -> None:
        self._chapter("What each service wrote down", "PostgreSQL")
        for service, waiting, handled, audited, seals in self._stage.books():
            self._say(
                f"{service:9} {handled} events handled, {waiting} waiting to leave,"
                f" {audited} audit rows in {seals} seals"
            )

    def _act(self, who: Person, name: str, body: dict[str, Any] | None = None) -> Any:
        return who.post(f"/v1/reports/{self._report['id']}/{name}", body)

    def _told(self, who: Person, title: str) -> str:
        """Wait until somebody is told that in the app."""

        def find(page: Any) -> str | None:
            titles: list[str] = [item["title"] for item in page["items"]]
            return next((found for found in titles if found.startswith(title)), None)

        return str(who.wait_for("/v1/notifications?limit=100", find))

    def _mail(self, subject: str) -> Any:
        return self._stage.wait_mail(lambda mail: mail["Subject"] == subject)

    def _check(self, promise: object, words: str) -> None:
        if not promise:
            raise Broken(f"not as promised: {words}")
        self._say(words)

    def _chapter(self, words: str, who: str) -> None:
        self._console.print(f"\n[bold]{words}[/bold]  [dim]{who}[/dim]")

    def _say(self, words: str) -> None:
        self._console.print(f"   {words}")


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%a %d %b}"


def _text(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())
