"""What a process says of itself: its release, and the memory its control group allows and uses.

CPU, resident memory, open files and start time come from prometheus_client's own collector.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prometheus_client import REGISTRY, Gauge
from prometheus_client.core import GaugeMetricFamily

from services.chassis.version import VERSION

_GROUPS = Path("/sys/fs/cgroup")
_BUILD = Gauge("kota_build_info", "1, labelled with what runs", ["service", "version"])


class MemoryCollector:
    """The control group's limit and what counts against it, in bytes; nothing without a limit.

    group: the folder of a version 2 control group.
    """

    def __init__(self, group: Path) -> None:
        self._group = group

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Both numbers, read now; page cache that can be dropped at once does not count."""
        limit = GaugeMetricFamily("kota_memory_limit_bytes", "Memory the container may use")
        used = GaugeMetricFamily("kota_memory_used_bytes", "Memory the container uses")
        try:
            most = self._read("memory.max")
            if most != "max":
                limit.add_metric([], float(most))
                used.add_metric([], float(self._read("memory.current")) - self._droppable())
        except (OSError, ValueError):
            pass  # no control group of this kind here
        yield limit
        yield used

    def _read(self, name: str) -> str:
        return (self._group / name).read_text().strip()

    def _droppable(self) -> float:
        pairs = (line.split() for line in self._read("memory.stat").splitlines())
        return next((float(size) for name, size in pairs if name == "inactive_file"), 0.0)


def announce(service: str) -> None:
    """Say which service this process is."""
    _BUILD.labels(service, VERSION).set(1)


def own_group(membership: Path = Path("/proc/self/cgroup")) -> Path:
    """The folder of the control group we are in; inside a container that is the root."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        lines = []
    path = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/")
    return _GROUPS / path.strip("/")


REGISTRY.register(MemoryCollector(own_group()))
