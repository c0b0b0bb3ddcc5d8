"""The form of a Grafana dashboard: what to show, and the JSON that says so.

`dashboards.py` says what they show.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "dashboards"
SCHEMA_VERSION = 39
# the grid is 24 wide
_WIDTH, _HEIGHT, _LOW = 8, 7, 4
_SOURCE = {"type": "prometheus", "uid": "prometheus"}


class Unit(StrEnum):
    """Grafana's names of units."""

    NUMBER = "short"
    PER_SECOND = "ops"
    SECONDS = "s"
    BYTES = "bytes"
    PART = "percentunit"
    YES_NO = "bool_yes_no"


@dataclass(frozen=True)
class Panel:
    """One picture. lines: (PromQL, legend). is_number: its present value only, large."""

    title: str
    lines: tuple[tuple[str, str], ...]
    unit: Unit = Unit.NUMBER
    means: str = ""
    is_number: bool = False

    def data(self, number: int, x: int, y: int) -> dict[str, Any]:
        """Grafana's JSON, at that place of the grid."""
        return {
            "id": number,
            "title": self.title,
            "description": self.means,
            "type": "stat" if self.is_number else "timeseries",
            "datasource": _SOURCE,
            "gridPos": {"x": x, "y": y, "w": _WIDTH, "h": _LOW if self.is_number else _HEIGHT},
            "fieldConfig": {"defaults": {"unit": self.unit.value, "min": 0}, "overrides": []},
            "targets": [
                {"refId": chr(ord("A") + n), "datasource": _SOURCE, "expr": e, "legendFormat": name}
                for n, (e, name) in enumerate(self.lines)
            ],
        }


@dataclass(frozen=True)
class Dashboard:
    """A page of panels. rows: a heading each. per_job: whether one service is to be chosen."""

    uid: str
    title: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]
    per_job: bool = False

    def data(self) -> dict[str, Any]:
        """Grafana's JSON."""
        return {
            "uid": f"kota-{self.uid}",
            "title": self.title,
            "tags": ["kota-cerdas"],
            "schemaVersion": SCHEMA_VERSION,
            "version": 1,
            "editable": False,
            "refresh": "30s",
            "time": {"from": "now-3h", "to": "now"},
            "timezone": "browser",
            "templating": {"list": [_JOB] if self.per_job else []},
            "panels": list(self._panels()),
        }

    def _panels(self) -> Iterator[dict[str, Any]]:
        numbers, y = count(1), 0
        for heading, panels in self.rows:
            yield _heading(next(numbers), heading, y)
            y += 1
            for line in _lines_of(panels):
                for place, panel in enumerate(line):
                    yield panel.data(next(numbers), place * _WIDTH, y)
                y += max(_LOW if panel.is_number else _HEIGHT for panel in line)


_JOB = {
    "name": "job",
    "label": "service",
    "type": "query",
    "datasource": _SOURCE,
    "query": {"query": "label_values(kota_build_info, job)", "refId": "job"},
    "refresh": 2,
    "sort": 1,
    "includeAll": False,
    "multi": False,
    "current": {"text": "reports", "value": "reports"},
}


def _heading(number: int, title: str, y: int) -> dict[str, Any]:
    place = {"x": 0, "y": y, "w": 24, "h": 1}
    return {"id": number, "type": "row", "title": title, "gridPos": place, "panels": []}


def _lines_of(panels: tuple[Panel, ...]) -> Iterator[tuple[Panel, ...]]:
    for start in range(0, len(panels), 3):
        yield panels[start : start + 3]


def written(dashboard: Dashboard) -> str:
    """The text of its file."""
    return json.dumps(dashboard.data(), indent=1, ensure_ascii=False) + "\n"


def write_all(dashboards: Iterable[Dashboard], folder: Path = FOLDER) -> None:
    """Write each into its file."""
    for dashboard in dashboards:
        (folder / f"{dashboard.uid}.json").write_text(written(dashboard))
