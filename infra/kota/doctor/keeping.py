"""What must be kept up: the city pack's holidays, and backups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from infra.kota.backup import manifest
from infra.kota.city import examine
from infra.kota.deployment import Deployment
from infra.kota.doctor.finding import Finding, warning
from infra.kota.output import age
from services.chassis.city import load_city
from services.chassis.city.calendar import WorkingCalendar

OLD_BACKUP = timedelta(hours=26)
# terms are counted this far ahead
AHEAD = timedelta(days=60)


def look(here: Deployment) -> Iterator[Finding]:
    """The active city pack and the newest backup."""
    yield from _city(here.city_pack)
    folder = here.setting("BACKUP_FOLDER")
    if not folder:
        what = "nobody said where backups are kept, so their age is not known"
        yield warning("backup", what, "set BACKUP_FOLDER and BACKUP_RECIPIENTS; then kota backup")
        return
    yield from _backups(Path(folder), datetime.now(UTC))


def _city(pack: Path) -> Iterator[Finding]:
    if not pack.is_dir():
        yield Finding("city", f"the city pack {pack} is not there", "kota city load DIRECTORY")
        return
    problems, _ = examine(pack)
    if problems:
        what = f"the city pack {pack} has {len(problems)} mistakes"
        yield Finding("city", what, f"kota city check {pack}")
        return
    yield from holidays(load_city(pack).calendar, datetime.now(UTC).date())


def holidays(calendar: WorkingCalendar, today: date) -> Iterator[Finding]:
    """Terms are counted in working days, so the coming holidays must be known."""
    for year in sorted({today.year, (today + AHEAD).year} - set(calendar.years)):
        what = f"no holidays of {year} are known; terms will be too short"
        yield Finding("city", what, "add them to holidays.yaml; then kota city load")
    near = [h for h in calendar.holidays if h.estimated and today <= h.date <= today + AHEAD]
    if near:
        what = f"{len(near)} holidays within {AHEAD.days} days are estimated, first {near[0].date}"
        yield warning("city", what, "look for the decree; correct holidays.yaml; kota city load")


def _backups(folder: Path, now: datetime) -> Iterator[Finding]:
    try:
        found = manifest.all_in(folder)
    except manifest.Unusable as problem:
        yield Finding("backup", str(problem), "remove it, and see who changed it")
        return
    if not found:
        yield Finding("backup", f"there is no backup in {folder}", "kota backup, every night")
        return
    old = now - found[-1].moment
    if old > OLD_BACKUP:
        what = f"the newest backup is {age(old.total_seconds())} old"
        yield Finding("backup", what, "kota backup; why did it not run?")
    if found[-1].on_their_way:
        what = f"events were on their way in the newest backup: {found[-1].on_their_way[0]}"
        yield warning("backup", what, "back up again while all services run")
