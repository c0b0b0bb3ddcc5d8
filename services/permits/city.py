"""What permits takes from the city pack: one file per permit type in `permit_types/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as Directory
from types import MappingProxyType

from services.chassis.city import City, Declared, Pack, Problem, check_attributes
from services.chassis.city.document import Document
from services.chassis.text import Text
from services.permits.fees import formula_problems
from services.permits.permit_type import PermitType, PermitTypeSchema

FOLDER = "permit_types"

NOT_A_TYPE = Text(
    "Only files ending in .yaml belong here.", id="Hanya berkas berakhiran .yaml di sini."
)
NO_TYPES = Text("No permit type stands here.", id="Tidak ada jenis izin di sini.")
OTHER_NAME = Text(
    "The code must be the name of the file, {name}.",
    id="Kode harus sama dengan nama berkas, {name}.",
)
STEPS_TOO_LONG = Text(
    "The steps take {steps} working days, the service level is {level}.",
    id="Langkah-langkah memakan {steps} hari kerja, standar layanan {level}.",
)
NO_STEPS = Text("At least one step is needed.", id="Minimal satu langkah diperlukan.")

PermitTypes = Mapping[str, PermitType]
"""Permit types by code, in order of code."""


def load_permit_types(directory: Directory | str, city: City) -> PermitTypes:
    """Load `permit_types/*.yaml`; raises CityPackInvalid naming every mistake in them."""
    pack = Pack(Directory(directory))
    types = read_permit_types(pack, Declared.of(city))
    pack.raise_if_bad()
    return types


def read_permit_types(pack: Pack, known: Declared) -> PermitTypes:
    """Read all permit types; mistakes go to `pack.problems`."""
    found: dict[str, PermitType] = {}
    for file in _files(pack):
        document = pack.yaml(file)
        permit_type = document and _read(pack, document, known)
        if permit_type:
            found[permit_type.code] = permit_type
    return MappingProxyType(found)


def _files(pack: Pack) -> list[str]:
    folder = pack.directory / FOLDER
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    visible = [entry.name for entry in entries if not entry.name.startswith(".")]
    files = [f"{FOLDER}/{name}" for name in visible if name.endswith(".yaml")]
    for name in visible:
        if not name.endswith(".yaml"):
            pack.problems.append(Problem(f"{FOLDER}/{name}", 1, "", NOT_A_TYPE))
    if not files:
        pack.problems.append(Problem(FOLDER, 1, "", NO_TYPES))
    return files


def _read(pack: Pack, document: Document, known: Declared) -> PermitType | None:
    known.check_agency(pack, document, ("agency",))
    for position in range(len(document.items(("steps",)))):
        known.check_agency(pack, document, ("steps", position, "agency"))
    check_attributes(pack, document, ("form",))
    pack.unique(document, ("documents",))
    pack.unique(document, ("steps",))
    permit_type: PermitType | None = pack.load(document, (), PermitTypeSchema)
    if permit_type is not None:
        _check(pack, document, permit_type)
    return permit_type


def _check(pack: Pack, document: Document, permit_type: PermitType) -> None:
    name = Directory(document.file).stem
    if permit_type.code != name:
        pack.report(document, ("code",), OTHER_NAME.format(name=name))
    if not permit_type.steps:
        pack.report(document, ("steps",), NO_STEPS)
    steps = sum(step.working_days for step in permit_type.steps)
    level = permit_type.service_level.working_days
    if steps > level:
        message = STEPS_TOO_LONG.format(steps=steps, level=level)
        pack.report(document, ("service_level", "working_days"), message)
    if permit_type.fee.kind == "formula":
        form = {attribute.code: attribute for attribute in permit_type.form}
        for path, message in formula_problems(permit_type.fee.formula, form):
            pack.report(document, ("fee", "formula", *path), message)
