"""`kota areas`: exact boundaries of the city's areas."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from infra.kota.city_load import activate_copy_of
from infra.kota.deployment import Deployment
from infra.kota.output import AS_JSON, fail, progress
from services.chassis.city import Pack, load_city
from services.chassis.city.boundaries_file import CODE, FILE, read_polygons

if TYPE_CHECKING:
    from services.chassis.city.boundaries import Polygon

app = typer.Typer(help="Exact boundaries of the city's areas.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Exact boundaries of the city's areas."""


@app.command()
def load(
    file: Path = typer.Argument(help="GeoJSON: a FeatureCollection in WGS84, a feature per area"),
    code_property: str = typer.Option(CODE, help="the property that holds an area's code"),
    as_json: bool = AS_JSON,
) -> None:
    """Find areas by these boundaries from now on, not by the nearest centroid.

    The active city pack is loaded anew with the boundaries in it, so `kota city history` shows it
    and `kota city rollback` takes it back. With any mistake in the file nothing is changed.
    """
    if not file.is_file():
        fail(f"{file} is not a file", 2)
    active = Deployment().city_pack
    polygons = _read(file, code_property, active)
    with TemporaryDirectory() as scratch:
        pack = Path(scratch) / "pack"
        shutil.copytree(active, pack)
        (pack / FILE).write_text(_collection(polygons))
        activate_copy_of(pack, as_json)


def _read(file: Path, code_property: str, active: Path) -> Mapping[str, Polygon]:
    areas = load_city(active).areas
    beside = Pack(file.parent)
    with progress() as bar:
        task = bar.add_task("reading boundaries", total=None)
        polygons = read_polygons(
            beside,
            file.name,
            code_property,
            areas,
            lambda done, of: bar.update(task, completed=done, total=of),
        )
    if beside.problems:
        told = "\n".join(problem.in_language("en") for problem in beside.problems)
        fail(f"nothing was changed; {len(beside.problems)} mistakes:\n{told}")
    return polygons


def _collection(polygons: Mapping[str, Polygon]) -> str:
    """A feature a line, so that two versions can be compared."""
    features = (
        json.dumps(
            {
                "type": "Feature",
                "properties": {CODE: code},
                "geometry": polygon.__geo_interface__,
            }
        )
        for code, polygon in sorted(polygons.items())
    )
    return '{"type": "FeatureCollection", "features": [\n' + ",\n".join(features) + "\n]}\n"
