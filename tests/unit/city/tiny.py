"""A whole city pack as small as one can be: an invented city far from the example city."""

from __future__ import annotations

from pathlib import Path

from services.notify.city import KEYS

FILES = {
    "city.yaml": """\
code: "99.01"
name: Kota Contoh
province: Provinsi Contoh
timezone: Asia/Makassar
default_language: en
outside_distance_km: 3
legal_basis:
  text: Invented for tests
  valid_from: 2020
""",
    "areas.csv": """\
code,kelurahan,kecamatan,lat,long,area_km2
99.01.01.1001,Satu,Utara,-3.10,120.10,2.5
99.01.01.1002,Dua,Utara,-3.12,120.10,2.5
99.01.02.1001,Tiga,Selatan,-3.16,120.12,4
""",
    "agencies.yaml": """\
agencies:
  - code: ROADS
    name: {id: Dinas Jalan, en: Road Agency}
    kind: dinas
    escalation:
      - {after_working_days: 1, to: {id: Kepala bidang, en: Head of division}, tell: supervisors}
      - {after_working_days: 3, to: {id: Kepala dinas, en: Head of agency}, tell: head}
  - code: HALL
    name: {id: Balai kota, en: City hall}
    kind: other
""",
    "holidays.yaml": """\
weekend: [friday]
sources:
  - code: ours
    text: Decided for tests
    decision: true
holidays:
  - date: 2026-01-01
    name: {id: Tahun baru, en: New year}
    kind: national
    status: fixed
    source: ours
""",
    "categories.yaml": """\
groups:
  - code: streets
    name: {id: Jalan, en: Streets}
  - code: holes
    name: {id: Lubang, en: Holes}
    parent: streets
categories:
  - code: pothole
    group: holes
    name: {id: Lubang, en: Pothole}
    description: {id: Lubang di jalan, en: A hole in the road}
    kind: site
    agency: ROADS
    agency_by_area:
      "99.01.02": HALL
      99.01.01.1002: HALL
    attributes:
      - code: size
        type: singlevaluelist
        required: false
        label: {id: Ukuran, en: Size}
        values:
          - code: small
            label: {id: Kecil, en: Small}
          - code: large
            label: {id: Besar, en: Large}
      - code: depth
        type: number
        required: false
        label: {id: Kedalaman, en: Depth}
        min: 1
        max: 100
    duplicate_radius_m: 30
    priority: normal
    service_level:
      verify_working_days: 3
      answer_working_days: 5
      legal_basis:
        text: Invented rule
        valid_from: 2020-01-01
        valid_to: 2030-12-31
    anonymous_default: false
    must_be_inside: true
    decision: true
""",
    "permit_types/stall.yaml": """\
code: stall
name: {id: Lapak, en: Stall}
description: {id: Membuka lapak, en: To open a stall}
agency: HALL
decision: true
form:
  - code: days
    type: number
    required: true
    label: {id: Hari, en: Days}
  - code: place
    type: singlevaluelist
    required: true
    label: {id: Tempat, en: Place}
    values:
      - {code: market, label: {id: Pasar, en: Market}}
      - {code: street, label: {id: Jalan, en: Street}}
documents:
  - {code: identity, name: {id: KTP, en: Identity card}, required: true}
steps:
  - code: check
    name: {id: Periksa, en: Check}
    role: officer
    agency: HALL
    working_days: 1
  - code: pay
    name: {id: Bayar, en: Pay}
    role: citizen
    working_days: 0
fee:
  kind: formula
  decision: true
  formula:
    multiply:
      - field: days
      - lookup: {field: place, values: {market: 1000, street: 500}}
service_level: {working_days: 2, decision: true}
validity: {kind: months, months: 6, decision: true}
""",
    "texts/responses.yaml": """\
responses:
  - code: patched
    actions: [resolve]
    categories: [pothole]
    title: {id: Ditambal, en: Patched}
    text: {id: Lubang sudah ditambal., en: The hole was patched.}
  - code: elsewhere
    actions: [reject, forward]
    title: {id: Instansi lain, en: Another agency}
    text: {id: Wewenang instansi lain., en: Another agency answers for it.}
""",
    "texts/notifications.yaml": """\
texts:
  report.submitted:
    title: {id: "Laporan {{ number }}", en: "Report {{ number }}"}
    text:
      id: "{{ category }} di {{ area }} untuk {{ agency }}"
      en: "{{ category }} in {{ area }} for {{ agency }}"
  report.submitted.agency:
    title: {id: "Baru {{ number }}", en: "New {{ number }}"}
    text: {id: "Baca {{ number }}", en: "Read {{ number }}"}
"""
    + "".join(
        f"  {key}:\n"
        f'    title: {{id: "{key} {{{{ number }}}}", en: "{key} {{{{ number }}}}"}}\n'
        f'    text: {{id: "{key}", en: "{key}"}}\n'
        for key in KEYS
        if key not in ("report.submitted", "report.submitted.agency")
    ),
}


def write_pack(directory: Path) -> Path:
    """Write the tiny city into `directory` and return it."""
    for file, text in FILES.items():
        path = directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def change(directory: Path, file: str, old: str, new: str) -> None:
    """Put `new` in the place of the first `old` of a file; `old` must be there."""
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(directory: Path, file: str, needle: str) -> int:
    """The number of the first line that contains `needle`."""
    lines = (directory / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if needle in line)
