"""What processes say of themselves."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import TimeoutError as PoolTimeout

from infra.local.state import ROOT
from services.chassis import metrics, process_metrics
from services.chassis.background import Loop
from services.chassis.database import Database
from services.chassis.errors import DatabaseAway
from services.chassis.process_metrics import MemoryCollector, own_group
from services.chassis.version import VERSION


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def memory(folder: Path) -> dict[str, float]:
    return {s.name: s.value for family in MemoryCollector(folder).collect() for s in family.samples}


@pytest.fixture
def group(tmp_path: Path) -> Path:
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 500\nfile 200\ninactive_file 150\n")
    return tmp_path


def test_memory_counts_what_cannot_be_dropped(group: Path) -> None:
    assert memory(group) == {"kota_memory_limit_bytes": 1000, "kota_memory_used_bytes": 550}


def test_without_a_limit_there_is_nothing_to_compare(group: Path, tmp_path: Path) -> None:
    (group / "memory.max").write_text("max\n")
    assert memory(group) == {} == memory(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("membership", "folder"),
    [
        ("0::/\n", "/sys/fs/cgroup"),
        ("0::/system.slice/kota.service\n", "/sys/fs/cgroup/system.slice/kota.service"),
        ("12:memory:/x\n1:name=systemd:/\n", "/sys/fs/cgroup"),
    ],
)
def test_the_control_group_we_are_in(tmp_path: Path, membership: str, folder: str) -> None:
    (tmp_path / "cgroup").write_text(membership)
    assert own_group(tmp_path / "cgroup") == Path(folder)
    assert own_group(tmp_path / "nowhere") == Path("/sys/fs/cgroup")


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    process_metrics.announce("x")
    assert sample("kota_build_info", service="x", version=VERSION) == 1


def test_ready_is_when_all_checks_are_ok() -> None:
    metrics.readiness({"database": "ok", "consumer x": "not bound"})
    assert sample("kota_ready") == 0
    assert sample("kota_readiness_check", check="consumer x") == 0
    metrics.readiness({"database": "ok"})
    assert sample("kota_ready") == 1
    assert REGISTRY.get_sample_value("kota_readiness_check", {"check": "consumer x"}) is None


def test_a_pool_tells_why_there_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/x", size=3, pool="test")
    with pytest.raises(DatabaseAway):
        database.acquire()
    assert sample("kota_database_pool_refused_total", pool="test", reason="away") == 1

    def full() -> None:
        raise PoolTimeout()

    monkeypatch.setattr(database._pool, "connect", full)
    with pytest.raises(DatabaseAway):
        database.acquire()
    assert sample("kota_database_pool_refused_total", pool="test", reason="busy") == 1
    assert sample("kota_database_pool_size", pool="test") == 3
    assert sample("kota_database_pool_in_use", pool="test") == 0
    assert sample("kota_database_pool_wait_seconds_count", pool="test") == 2


def test_a_loop_tells_when_it_last_succeeded_and_how_often_not() -> None:
    outcomes = iter([None, ValueError()])

    def step() -> bool:
        error = next(outcomes)
        if error is None:
            return True
        loop._stopping = True
        loop.poke()
        raise error

    loop = Loop("test-loop", step, 0.01)
    loop._run()
    assert sample("kota_background_last_success_timestamp_seconds", loop="test-loop") > 0
    assert sample("kota_background_failures_total", loop="test-loop") == 1
