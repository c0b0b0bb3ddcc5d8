"""`kota city load`: another city pack, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from infra.kota.city import app, examine
from infra.kota.databases import session
from infra.kota.deployment import Deployment
from infra.kota.output import AS_JSON, fail, print_json, show
from infra.kota.packs import Packs
from services.chassis.city import load_city
from services.registry.identity import account_queries
from services.reports import city_queries
from services.reports.city import load_categories

RESTART = "it is read by what starts from now on: make restart"


@app.command()
def load(
    directory: Path = typer.Argument(help="the city pack"),
    as_json: bool = AS_JSON,
) -> None:
    """Make a pack the active one; refused if it has mistakes or lacks codes that are in use."""
    if not directory.is_dir():
        fail(f"{directory} is not a directory", 2)
    activate_copy_of(directory, as_json)


@app.command()
def history(as_json: bool = AS_JSON) -> None:
    """The packs that were loaded, the oldest first."""
    columns = {"name": "pack", "active": "active"}
    empty = "none was loaded; the one of the first start is active"
    show(_packs().rows(), columns, as_json=as_json, empty=empty)


@app.command()
def rollback(
    name: str = typer.Argument(None, help="default: the one before the active one"),
    as_json: bool = AS_JSON,
) -> None:
    """Make an earlier pack the active one again; with the same checks as load."""
    packs = _packs()
    wanted = name or packs.before()
    if wanted is None or wanted not in packs.names():
        fail("there is no such pack; those that were loaded: kota city history", 2)
    _check_codes(packs.folder / wanted)
    _activate(packs, wanted, as_json)


def activate_copy_of(directory: Path, as_json: bool) -> None:
    """Load a pack; ends the command, and changes nothing, if it cannot be used."""
    packs = _packs()
    problems, _ = examine(directory)
    if problems:
        fail(f"{directory} has {len(problems)} mistakes; they are shown by: kota city check")
    _check_codes(directory)
    _activate(packs, packs.install(directory), as_json)


def _packs() -> Packs:
    return Packs(Deployment().city_packs)


def _activate(packs: Packs, name: str, as_json: bool) -> None:
    packs.activate(name)
    if as_json:
        print_json({"active": name, "restart": True})
    else:
        typer.echo(f"{name} is active; {RESTART}")


def _check_codes(directory: Path) -> None:
    lacking = list(_lacking(directory))
    if lacking:
        fail("nothing was changed; the pack lacks codes that are in use:\n" + "\n".join(lacking))


def _lacking(directory: Path) -> Iterator[str]:
    city = load_city(directory)
    known = {
        "categories": set(load_categories(directory, city).by_code),
        "agencies": set(city.agencies),
        "areas": {area.code for area in city.areas},
    }
    with session("reports", patient=True) as opened:
        in_use = city_queries.codes_in_use(opened)
    for kind, codes in in_use.items():
        for code in sorted(codes - known[kind]):
            yield f"{kind}: {code} (reports that are open, or may be reopened)"
    with session("registry") as opened:
        staffed = account_queries.agencies_in_use(opened)
    for code in sorted(staffed - known["agencies"]):
        yield f"agencies: {code} (its staff may log in; kota users list --agency {code})"
