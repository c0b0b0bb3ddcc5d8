"""g: the same work with more and more reports in the city."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from infra.local.state import ROOT
from tests.benchmarks.figures import Figure, Outcome, less, more
from tests.benchmarks.measure import median
from tests.benchmarks.row import Scale
from tests.benchmarks.rows import lifecycles
from tests.benchmarks.stage import Stage

SIZES, FULL_SIZES = (10_000, 100_000), (10_000, 100_000, 1_000_000)
SEED_SECONDS, LIVES_KEPT, P95_TIMES = 300.0, 0.9, 2.0
READERS = 4
LIST = [
    "/v1/reports?limit=20",
    "/v1/reports?category=sampah&limit=20",
    "/v1/reports?state=assigned&limit=20",
]
QUEUE = ["/v1/work/reports?limit=20", "/v1/work/reports?state=assigned&limit=20"]
SEARCH = [
    f"/v1/reports?q={words}&limit=20" for words in ("sampah", "ciater", "lampu+ciater", "gajah")
]
CLUSTERS = [
    "/v1/reports/clusters?bbox=106.6,-6.4,106.8,-6.2&zoom=12",
    "/v1/reports/clusters?bbox=106.69,-6.33,106.72,-6.30&zoom=16",
]
# where something was reported lately, there people look what is known
_PLACES = """
SELECT lat, long, category FROM report ORDER BY report.id DESC LIMIT 50"""
STATISTICS = [f"/v1/statistics/reports?by={by}" for by in ("agency", "area", "category", "month")]
NOW = ["/v1/city/now"]
# of the p95 of one report, at the largest size
BESIDE_GET = {"nearby": 3.0, "clusters": 8.0, "statistics": 8.0, "now": 8.0}
_ANY = "SELECT id::text FROM report WHERE visibility = 'public' ORDER BY random() LIMIT 50"


@dataclass(frozen=True)
class _Size:
    reports: int
    seeding: float
    lives: list[float]
    p95: dict[str, list[float]]


def measure(stage: Stage, scale: Scale) -> Outcome:
    """Seed, measure, seed more, measure again."""
    sizes = FULL_SIZES if scale.full else SIZES if scale.rounds > 1 else (1_000, 2_000)
    found = [_at(stage, scale, size) for size in sizes]
    first, last = found[0], found[-1]
    kept = median(last.lives) / median(first.lives)
    times = {name: median(last.p95[name]) / median(first.p95[name]) for name in first.p95}
    grown = f"{last.reports:,} against {first.reports:,}"
    return Outcome(
        [
            less(f"seeding {last.reports:,}", "s", last.seeding, SEED_SECONDS),
            more(f"lives at {grown}", "×", kept, LIVES_KEPT),
            *[less(f"p95 of {name} at {grown}", "×", n, P95_TIMES) for name, n in times.items()],
            *_beside_get(last),
            *_shown(found),
        ],
        ["seeded by `kota seed`: reports that have lived, with history and photos of none"],
    )


def _at(stage: Stage, scale: Scale, size: int) -> _Size:
    seeding = _seed(stage, size)
    ids = [row[0] for row in stage.query("reports", _ANY)]
    officer = stage.client("officer-dlh").token
    reads = {
        "list": {"paths": LIST},
        "get": {"paths": [f"/v1/reports/{one}" for one in ids]},
        "nearby": {"paths": _nearby(stage)},
        "queue": {"paths": QUEUE, "token": officer},
        "search": {"paths": SEARCH},
        "clusters": {"paths": CLUSTERS},
        "statistics": {"paths": STATISTICS},
        "now": {"paths": NOW},
    }
    lifecycles.turn(stage, 1.0)
    lives: list[float] = []
    p95: dict[str, list[float]] = {name: [] for name in reads}
    for _ in range(scale.rounds):
        lives.append(lifecycles.turn(stage, scale.seconds).rate)
        for name, given in reads.items():
            seen = stage.load("get", READERS, scale.seconds / 2, given=given)
            if seen.failed:
                raise RuntimeError(f"{name}: {seen.statuses}")
            p95[name].append(seen.p95() * 1e3)
    return _Size(size, seeding, lives, p95)


def _nearby(stage: Stage) -> list[str]:
    return [
        f"/v1/reports/nearby?lat={lat}&long={long}&category={category}"
        for lat, long, category in stage.query("reports", _PLACES)
    ]


def _seed(stage: Stage, size: int) -> float:
    command = [str(ROOT / "kota"), "seed", "--reports", str(size), "--among-real", "--json"]
    state = {"KOTA_STATE": str(stage.stack.state.folder.resolve())}
    done = subprocess.run(
        command, env=stage.process_environment("reports") | state, cwd=ROOT, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return float(json.loads(done.stdout)["seconds"])


def _beside_get(last: _Size) -> list[Figure]:
    get = median(last.p95["get"])
    return [
        less(f"p95 of {name} beside one report", "×", median(last.p95[name]) / get, bar)
        for name, bar in BESIDE_GET.items()
    ]


def _shown(found: Sequence[_Size]) -> list[Figure]:
    figures: list[Figure] = []
    for one in found:
        figures.append(more(f"{one.reports:,}: lives", "/s", one.lives))
        figures += [less(f"{one.reports:,}: p95 of {n}", "ms", ms) for n, ms in one.p95.items()]
    return figures
