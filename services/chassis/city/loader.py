"""Load the shared part of a city pack: the city, its areas, agencies and calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path as Directory
from types import MappingProxyType
from typing import TypeVar

from services.chassis.city.agencies_file import UNKNOWN_AGENCY, read_agencies
from services.chassis.city.areas import AreaIndex
from services.chassis.city.areas_file import read_areas
from services.chassis.city.boundaries_file import read_boundaries
from services.chassis.city.city_file import read_city_file
from services.chassis.city.document import Document
from services.chassis.city.holidays_file import read_calendar
from services.chassis.city.model import City
from services.chassis.city.pack import Pack, declared
from services.chassis.city.problems import CityPackInvalid, Path
from services.chassis.settings import refuse_to_start
from services.chassis.text import Text

T = TypeVar("T")

UNKNOWN_AREA = Text(
    "No kelurahan or kecamatan {code} stands in areas.csv.",
    id="Tidak ada kelurahan atau kecamatan {code} dalam areas.csv.",
)


@dataclass(frozen=True)
class Declared:
    """Codes other files may refer to; None where they could not be read, so nothing is checked.

    `areas` holds kelurahan and kecamatan codes. A code counts even if its entry has another
    mistake, so that one mistake is reported once.
    """

    agencies: frozenset[str] | None
    areas: frozenset[str] | None

    @classmethod
    def of(cls, city: City) -> Declared:
        """What a loaded city declares."""
        areas = frozenset(area.code for area in city.areas) | city.areas.districts.keys()
        return cls(frozenset(city.agencies), areas)

    def check_agency(self, pack: Pack, document: Document, path: Path) -> None:
        """Report an agency code at `path` that no agency has."""
        code = document.at(path)
        if self.agencies is not None and isinstance(code, str) and code not in self.agencies:
            pack.report(document, path, UNKNOWN_AGENCY.format(code=code))

    def check_areas(self, pack: Pack, document: Document, path: Path, codes: Iterable[str]) -> None:
        """Report each of `codes`, keys of the object at `path`, that no area has."""
        for code in codes:
            if self.areas is not None and code not in self.areas:
                pack.report(document, (*path, code), UNKNOWN_AREA.format(code=code))


def load_city(directory: Directory | str) -> City:
    """Load a city pack; raises CityPackInvalid naming every mistake in the shared files."""
    pack = Pack(Directory(directory))
    city, _ = read_city(pack)
    pack.raise_if_bad()
    if city is None:
        raise AssertionError("a pack without problems has a city")
    return city


def load_or_exit(load: Callable[[Directory], T], directory: Directory) -> T:
    """Load something from the pack; if it has mistakes, print all and end the process (78)."""
    try:
        return load(directory)
    except CityPackInvalid as invalid:
        mistakes = (f"{p.file}:{p.line}: {p.field}: {p.message}" for p in invalid.problems)
        refuse_to_start("The city pack has mistakes:", mistakes)


def read_city(pack: Pack) -> tuple[City | None, Declared]:
    """Read the shared files; mistakes go to `pack.problems`."""
    frame = read_city_file(pack)
    areas_document, areas = read_areas(pack, frame["code"] if frame else None)
    agencies_document, agencies = read_agencies(pack)
    calendar = read_calendar(pack)
    found = Declared(
        declared(agencies_document, ("agencies",)), _with_districts(declared(areas_document, ()))
    )
    if frame is None or calendar is None:
        return None, found
    boundaries = read_boundaries(pack, areas)
    index = AreaIndex(areas, frame.pop("outside_distance_km"), boundaries)
    city = City(
        **frame,
        areas=index,
        agencies=MappingProxyType(agencies),
        calendar=calendar,
        directory=pack.directory,
    )
    return city, found


def _with_districts(areas: frozenset[str] | None) -> frozenset[str] | None:
    return areas and areas | {code.rpartition(".")[0] for code in areas}
