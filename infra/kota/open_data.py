"""`kota opendata`: the files of all public reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from infra.kota.databases import session
from infra.kota.deployment import Deployment
from infra.kota.output import AS_JSON, fail, print_json
from services.chassis.files import open_store
from services.chassis.unit_of_work import UnitOfWork
from services.reports import open_data
from services.reports.catalogue import Catalogue

app = typer.Typer(help="The files of all public reports.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The files of all public reports."""


@app.command()
def make(as_json: bool = AS_JSON) -> None:
    """Make the files of today now, also if there are some; each night it is done by the service."""
    here = Deployment()
    try:
        made = open_data.make_now(_work, Catalogue.load(here.city_pack), open_store(here.files_url))
    except open_data.Lost:
        made = None
    if made is None:
        fail("somebody else makes them at the moment")
    if as_json:
        print_json({"reports": made})
    else:
        typer.echo(f"{made} reports are in /v1/open-data")


@contextmanager
def _work() -> Iterator[UnitOfWork]:
    with session("reports") as opened:
        yield UnitOfWork(opened)
