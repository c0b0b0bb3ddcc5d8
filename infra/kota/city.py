"""`kota city`: look after city packs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from services.chassis.city import City, Pack, Problem, read_city
from services.chassis.city.problems import CityPackInvalid
from services.chassis.text import DEFAULT_LANGUAGE, Text
from services.notify.city import read_texts
from services.notify.subscription_city import read_rules
from services.permits.city import read_permit_types
from services.reports.abuse.figures import read_figures
from services.reports.city import read_categories
from services.reports.collections.pack import read_collections
from services.reports.responses import read_responses
from services.reports.sites.pack import read_sites

app = typer.Typer(help="City packs. · Paket kota.", no_args_is_help=True)

NO_DIRECTORY = Text("{path} is not a directory.", id="{path} bukan direktori.")
FOUND = Text("{count} mistakes in {path}.", id="{count} kesalahan dalam {path}.")
VALID = Text("{path} is a valid city pack.", id="{path} adalah paket kota yang sah.")

Counts = list[tuple[str, Text, str | int]]


class Lang(StrEnum):
    """The languages of messages."""

    id = "id"
    en = "en"


DEFAULT_LANG = Lang(DEFAULT_LANGUAGE)


@app.callback()
def _group() -> None:
    """City packs. · Paket kota."""


@app.command()
def check(
    directory: Annotated[Path, typer.Argument(help="The city pack. · Direktori paket kota.")],
    lang: Annotated[
        Lang, typer.Option(help="Language of messages. · Bahasa pesan.", envvar="KOTA_LANG")
    ] = DEFAULT_LANG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON. · Cetak JSON.")] = False,
) -> None:
    """Check a city pack: every mistake with file and line. · Periksa paket kota.

    Ends with 0 when the pack is valid, 1 when it is not, 2 when there is no such directory.
    """
    if not directory.is_dir():
        print(NO_DIRECTORY.format(path=directory).in_language(lang.value), file=sys.stderr)
        raise typer.Exit(2)
    problems, counts = examine(directory)
    if as_json:
        _print_json(problems, counts)
    elif problems:
        _print_problems(directory, problems, lang)
    else:
        _print_counts(directory, counts, lang)
    raise typer.Exit(1 if problems else 0)


def examine(directory: Path) -> tuple[Sequence[Problem], Counts]:
    """Read the whole pack; returns every mistake in order, and what the pack holds."""
    pack = Pack(directory)
    city, known = read_city(pack)
    categories = read_categories(pack, known)
    responses = read_responses(pack, categories.by_code)
    read_figures(pack)
    sites = read_sites(pack, categories.by_code, known)
    collections = read_collections(pack, categories.by_code, known)
    permit_types = read_permit_types(pack, known)
    texts = read_texts(pack)
    read_rules(pack)
    if pack.problems or city is None:
        return CityPackInvalid(pack.problems).problems, []
    counts = _city_counts(city)
    counts += [
        ("categories", Text("categories", id="kategori laporan"), len(categories.by_code)),
        ("responses", Text("response templates", id="templat tanggapan"), len(responses)),
        ("sites", Text("kinds of sites", id="jenis titik"), len(sites)),
        ("collections", Text("rounds", id="jadwal angkut"), len(collections.rounds)),
        ("permit_types", Text("permit types", id="jenis izin"), len(permit_types)),
        ("texts", Text("message texts", id="teks pesan"), len(texts.messages)),
    ]
    return (), counts


def _city_counts(city: City) -> Counts:
    holidays = city.calendar.holidays
    years = ", ".join(str(year) for year in city.calendar.years)
    estimated = sum(holiday.estimated for holiday in holidays)
    return [
        ("city", Text("city", id="kota"), f"{city.code} {city.name}"),
        ("areas", Text("areas (kelurahan)", id="kelurahan"), len(city.areas)),
        ("districts", Text("districts (kecamatan)", id="kecamatan"), len(city.areas.districts)),
        ("agencies", Text("agencies", id="instansi"), len(city.agencies)),
        ("holidays", Text("holidays", id="hari libur"), len(holidays)),
        ("holidays_estimated", Text("of which estimated", id="di antaranya perkiraan"), estimated),
        ("holiday_years", Text("years covered", id="tahun yang tercakup"), years),
    ]


def _print_problems(directory: Path, problems: Sequence[Problem], lang: Lang) -> None:
    for problem in problems:
        print(problem.in_language(lang.value))
    summary = FOUND.format(count=len(problems), path=directory)
    print(summary.in_language(lang.value), file=sys.stderr)


def _print_counts(directory: Path, counts: Counts, lang: Lang) -> None:
    table = Table(show_header=False)
    for _, label, value in counts:
        table.add_row(label.in_language(lang.value), str(value))
    console = Console()
    console.print(VALID.format(path=directory).in_language(lang.value), soft_wrap=True)
    console.print(table)


def _print_json(problems: Sequence[Problem], counts: Counts) -> None:
    answer: dict[str, Any] = {"valid": not problems}
    answer["problems"] = [problem.data() for problem in problems]
    answer["counts"] = {key: value for key, _, value in counts}
    print(json.dumps(answer, ensure_ascii=False, indent=2))
