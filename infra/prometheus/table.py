"""The table of our own metrics, made from the code that counts.

python -m infra.prometheus.table writes it into README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from prometheus_client import REGISTRY, Metric
from prometheus_client.metrics import MetricWrapperBase

README = Path(__file__).resolve().parent / "README.md"
PREFIX = "kota_"
# what each part of the city measures; a gateway or service imports what is its own
MODULES = {
    "services.chassis.metrics": "every process",
    "services.chassis.process_metrics": "every process",
    "services.chassis.otlp": "every process with OTLP_ENDPOINT",
    "gateway.metrics": "gateway",
    "services.notify.mail_metrics": "notify",
    "services.reports.alarm_metrics": "reports",
    "services.reports.abuse.metrics": "reports",
}
_PLACE = re.compile(r"(?<=<!-- metrics -->\n).*(?=<!-- /metrics -->)", re.DOTALL)


def known() -> dict[str, tuple[Metric, tuple[str, ...], str]]:
    """Every metric of ours by its name: what it is, its labels, and who has it."""
    found: dict[str, tuple[Metric, tuple[str, ...], str]] = {}
    for module in MODULES:
        for value in vars(import_module(module)).values():
            if isinstance(value, MetricWrapperBase):
                labels = tuple(getattr(value, "_labelnames", ()))
                found |= {m.name: (m, labels, MODULES[module]) for m in value.collect()}
    memory = [m for m in REGISTRY.collect() if m.name.startswith("kota_memory_")]
    return found | {m.name: (m, (), "every process in a container") for m in memory}


def sample_names(metrics: Iterable[Metric]) -> set[str]:
    """The names by which PromQL knows them."""
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    return {m.name + ending for m in metrics for ending in endings.get(m.type, ("",))}


def table() -> str:
    """The table in Markdown."""
    rows = ["| Metric | Labels | Kind | Meaning | Where |", "|---|---|---|---|---|"]
    for name, (metric, labels, where) in sorted(known().items()):
        shown = name + ("_total" if metric.type == "counter" else "")
        said = ", ".join(f"`{label}`" for label in labels)
        rows.append(f"| `{shown}` | {said} | {metric.type} | {metric.documentation} | {where} |")
    return "\n".join(rows) + "\n"


def written(text: str) -> str:
    """A README with the table of now in its place."""
    return _PLACE.sub(lambda _: table(), text)


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
