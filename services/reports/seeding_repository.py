"""Many reports into the database at once, by COPY. Only for processes without green threads."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from services.chassis import jsontext
from services.chassis.database import Session
from services.reports.incidents.seeding import HOUR, INCIDENT, MEMBER
from services.reports.seeding import Life
from services.reports.seeding_material import MARK

REPORT = (
    "id", "number", "version", "state", "category", "description", "lat", "long", "visibility",
    "attributes", "area", "agency", "reporter", "officer", "rating", "supports", "settled_at",
    "created_at", "updated_at", "due_from", "due_at", "days_left", "escalation", "missed", "alarm",
    "alarm_at", "state_since", "stays",
)  # fmt: skip
HISTORY = ("report_id", "version", "action", "actor", "at", "data")
PHOTO = ("report_id", "n", "hour", "digest", "width", "height", "bytes", "version")
TABLES = {
    "report": REPORT,
    "report_history": HISTORY,
    "report_photo": PHOTO,
    "incident": INCIDENT,
    "incident_report": MEMBER,
    "incident_hour_change": HOUR,
}
COPIES = {
    table: f"COPY {table} ({', '.join(columns)}) FROM STDIN" for table, columns in TABLES.items()
}
_SERIALS = "SELECT nextval('report_serial') AS serial FROM generate_series(1, %(count)s)"
_OFFICERS = """
SELECT agency, array_agg(id ORDER BY id) AS people FROM account
WHERE role = 'officer' AND agency IS NOT NULL GROUP BY agency"""
_REAL = """
SELECT EXISTS (SELECT 1 FROM report WHERE NOT starts_with(description, %(mark)s)) AS yes"""
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

Copied = dict[str, str]


class Cursor(Protocol):
    """psycopg2's cursor, as far as it is used here."""

    def copy_expert(self, sql: str, file: Any) -> None:
        """Run a COPY that reads from a file."""
        ...


def rendered(lives: Iterable[Life]) -> Copied:
    """The rows of reports as COPY reads them, by table."""
    reports, history, photos = io.StringIO(), io.StringIO(), io.StringIO()
    incidents, members, hours = io.StringIO(), io.StringIO(), io.StringIO()
    for life in lives:
        report = life.report
        report_id = report["id"]
        reports.write(_line([report[name] for name in REPORT]))
        for line in life.history:
            said = _escaped(jsontext.dumps(line.data))
            actor, at = _escaped(line.actor), line.at.isoformat()
            history.write(f"{report_id}\t{line.version}\t{line.action}\t{actor}\t{at}\t{said}\n")
        for n, version, photo in life.photos:
            picture = [photo.hour, photo.digest, photo.width, photo.height, photo.bytes]
            photos.write(_line([report_id, n, *picture, version]))
        if life.past is not None:
            incidents.write(_line(life.past.incident))
            members.write(_line(life.past.member))
            hours.write("".join(map(_line, life.past.hours)))
    written = (reports, history, photos, incidents, members, hours)
    return {table: text.getvalue() for table, text in zip(COPIES, written, strict=True)}


def copy(cursor: Cursor, rows: Copied) -> None:
    """Write rows of `rendered`; the caller commits."""
    for table, statement in COPIES.items():
        cursor.copy_expert(statement, io.StringIO(rows[table]))


def next_serials(session: Session, count: int) -> list[int]:
    """So many serials of public numbers that nobody else gets."""
    rows = session.execute(session.render(_SERIALS, {"count": count}))
    return [int(row["serial"]) for row in rows]


def officers(session: Session) -> dict[str, list[str]]:
    """Accounts of officers by agency."""
    return {row["agency"]: row["people"] for row in session.execute(_OFFICERS)}


def has_real_reports(session: Session) -> bool:
    """Whether there is any report that is not synthetic."""
    return bool(session.execute(session.render(_REAL, {"mark": MARK}))[0]["yes"])


def _line(values: Iterable[Any]) -> str:
    # by the exact type: there are many values, and to ask for each type in turn takes longer
    return "\t".join([_TEXT[type(value)](value) for value in values]) + "\n"


def _escaped(value: str) -> str:
    # most need nothing, and to look is faster than to replace
    is_plain = value.isprintable() and "\\" not in value
    return value if is_plain else value.translate(_ESCAPES)


_TEXT: Mapping[type, Callable[[Any], str]] = {
    str: _escaped,
    int: str,
    float: str,
    datetime: datetime.isoformat,
    dict: lambda value: _escaped(jsontext.dumps(value)),
    list: lambda value: _escaped(jsontext.dumps(value)),
    type(None): lambda _: r"\N",
}
