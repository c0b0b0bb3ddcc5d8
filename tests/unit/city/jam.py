"""A category whose reports are incidents, for the tiny city."""

from __future__ import annotations

from pathlib import Path

from tests.unit.city.tiny import change, write_pack

JAM = """\
categories:
  - code: jam
    group: streets
    name: {id: Macet, en: Jam}
    description: {id: Macet, en: Jam}
    kind: incident
    agency: ROADS
    duplicate_radius_m: 240
    priority: high
    service_level: {verify_working_days: 3, answer_working_days: 5, decision: true}
    anonymous_default: false
    must_be_inside: false
    decision: true
    incident:
      lifetime_minutes: 30
      direction: {attribute: towards, bearings: {north: 0, south: 180}}
      cause: why
      severity: {attribute: how, values: {slow: minor, standing: major}, otherwise: moderate}
      votes: {guest: 1, account: 2, most_of_one_address: 2, gone_ends: 6, gone_share: 0.2}
      cifs: {type: JAM, subtypes: {major: JAM_STAND_STILL_TRAFFIC}}
      decision: true
    attributes:
      - code: towards
        type: singlevaluelist
        required: false
        label: {id: Arah, en: Towards}
        values:
          - {code: north, label: {id: Utara, en: North}}
          - {code: south, label: {id: Selatan, en: South}}
      - code: how
        type: singlevaluelist
        required: false
        label: {id: Parah, en: How bad}
        values:
          - {code: slow, label: {id: Tersendat, en: Slow}}
          - {code: standing, label: {id: Berhenti, en: Standing}}
      - code: why
        type: singlevaluelist
        required: false
        label: {id: Sebab, en: Why}
        values:
          - {code: works, label: {id: Perbaikan, en: Works}}
          - {code: crash, label: {id: Kecelakaan, en: Crash}}
"""


def write_pack_with_jams(folder: Path) -> Path:
    """The tiny city's pack, in which jams can be reported."""
    pack = write_pack(folder)
    change(pack, "categories.yaml", "categories:\n", JAM)
    return pack
