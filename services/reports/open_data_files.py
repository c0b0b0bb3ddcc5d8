"""The form of the open data: which columns, what they mean, as CSV and as GeoJSON."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.text import Text
from services.reports.catalogue import Catalogue

COLUMNS: dict[str, tuple[str, Text]] = {
    "number": ("string", Text("The report's public number", id="Nomor laporan")),
    "category": ("string", Text("Code of the category", id="Kode kategori")),
    "category_name": ("string", Text("Its Indonesian name", id="Nama kategori")),
    "state": ("string", Text("Where it stood when this was made", id="Status saat data dibuat")),
    "area": ("string", Text(
        "Code of the kelurahan (Kepmendagri); empty outside the city",
        id="Kode kelurahan (Kepmendagri); kosong di luar kota")),
    "area_name": ("string", Text("Name of the kelurahan", id="Nama kelurahan")),
    "district": ("string", Text("Code of the kecamatan", id="Kode kecamatan")),
    "district_name": ("string", Text("Name of the kecamatan", id="Nama kecamatan")),
    "agency": ("string", Text("Code of the agency that answers", id="Kode instansi penjawab")),
    "agency_name": ("string", Text("Its Indonesian name", id="Nama instansi")),
    "lat": ("number", Text(
        "Latitude, WGS84, rounded to 0.001 degrees (about 100 m)",
        id="Lintang, WGS84, dibulatkan ke 0,001 derajat (sekitar 100 m)")),
    "long": ("number", Text(
        "Longitude, WGS84, rounded to 0.001 degrees (about 100 m)",
        id="Bujur, WGS84, dibulatkan ke 0,001 derajat (sekitar 100 m)")),
    "approximate": ("boolean", Text(
        "Whether only the kelurahan is known, and the place is its middle",
        id="Apakah hanya kelurahan yang diketahui, dan lokasi adalah titik tengahnya")),
    "created_at": ("datetime", Text("When it came in (UTC)", id="Waktu masuk (UTC)")),
    "settled_at": ("datetime", Text(
        "When it was last resolved, rejected, referred or closed (UTC); empty if never",
        id="Waktu terakhir diselesaikan, ditolak, dirujuk, atau ditutup (UTC); kosong bila belum")),
    "missed": ("integer", Text(
        "How many terms of the service level were missed", id="Jumlah tenggat yang terlewati")),
    "rating": ("integer", Text(
        "The reporter's rating, 1 to 5; empty without one",
        id="Penilaian pelapor, 1 sampai 5; kosong bila tidak ada")),
    "supports": ("integer", Text(
        "How many people said that it concerns them, too", id="Jumlah dukungan warga")),
}  # fmt: skip
"""Name, type and meaning of each column, in their order. Words, people and photos are in none."""

_PLACE = ("lat", "long")


def completed(row: Row, city: Catalogue) -> dict[str, Any]:
    """A report with the names of its codes, in the order of COLUMNS."""
    names = city.names(row["area"], row["agency"], "id")
    area = city.city.areas.get(row["area"]) if row["area"] else None
    category = city.categories.by_code.get(row["category"])
    found = row | names | {
        "category_name": category.name.in_language("id") if category else row["category"],
        "district": area.district_code if area else None,
        "district_name": area.district if area else None,
    }  # fmt: skip
    return {name: found[name] for name in COLUMNS}


class Writing:
    """A file that grows, packed with gzip; what is counted and digested is unpacked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = 0
        self._digest = hashlib.sha256()

    @contextmanager
    def opened(self) -> Iterator[Callable[[str], None]]:
        """What writes on, until the end."""
        with gzip.open(self.path, "wb", compresslevel=6) as file:

            def add(text: str) -> None:
                raw = text.encode()
                self.bytes += len(raw)
                self._digest.update(raw)
                file.write(raw)

            yield add

    @property
    def sha256(self) -> str:
        """Of what was written."""
        return self._digest.hexdigest()


class Csv:
    """RFC 4180, with a line of names."""

    name, media_type = "reports.csv", "text/csv; charset=utf-8; header=present"

    def begin(self) -> str:
        """The names."""
        return _lines([list(COLUMNS)])

    def page(self, rows: list[dict[str, Any]], *, is_first: bool) -> str:
        """A line each."""
        return _lines([_text(value) for value in row.values()] for row in rows)

    def end(self) -> str:
        """Nothing more."""
        return ""


class GeoJson:
    """RFC 7946."""

    name, media_type = "reports.geojson", "application/geo+json"

    def begin(self) -> str:
        """Until the first feature."""
        return '{"type":"FeatureCollection","features":[\n'

    def page(self, rows: list[dict[str, Any]], *, is_first: bool) -> str:
        """A line each."""
        features = ",\n".join(jsontext.dumps(_feature(row)) for row in rows)
        return features if is_first else f",\n{features}"

    def end(self) -> str:
        """After the last feature."""
        return "\n]}\n"


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [row["long"], row["lat"]]},
        "properties": {name: value for name, value in row.items() if name not in _PLACE},
    }


def _lines(rows: Iterable[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else value


FORMS: tuple[Callable[[], Csv | GeoJson], ...] = (Csv, GeoJson)
