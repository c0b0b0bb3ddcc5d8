"""What is missing is installed, or named with the command that installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from infra.local import packages
from infra.local.packages import CannotInstall


class Machine:
    """A machine without servers; remembers what was run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ran: list[list[str]] = []
        self.guarded = False
        self.fails = False
        monkeypatch.delenv("POSTGRES_ADMIN_URL", raising=False)
        monkeypatch.delenv("AMQP_URL", raising=False)
        monkeypatch.setattr(packages, "postgres_bin", lambda: None)
        monkeypatch.setattr(packages, "rabbitmq_sbin", lambda: None)
        monkeypatch.setattr(packages, "_servers_stay_down", self._guard)
        monkeypatch.setattr(packages.subprocess, "run", self._run)

    @contextmanager
    def _guard(self, prefix: list[str]) -> Iterator[None]:
        self.guarded = True
        yield

    def _run(self, command: list[str], **_: Any) -> Any:
        self.ran.append(command)

        class Done:
            returncode = 1 if self.fails else 0
            stderr = "no such package"

        return Done()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(packages.os, "geteuid", lambda: 0)
    return Machine(monkeypatch)


def test_root_installs_without_starting_servers(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages.shutil, "which", lambda name: f"/usr/bin/{name}")
    packages.ensure()
    assert machine.guarded
    assert machine.ran[-1][-2:] == ["postgresql", "rabbitmq-server"]


def test_a_failed_installation_names_the_command(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages.shutil, "which", lambda name: f"/usr/bin/{name}")
    machine.fails = True
    with pytest.raises(
        CannotInstall, match=r"sudo apt-get install -y .*postgresql rabbitmq-server"
    ):
        packages.ensure()


def test_without_privilege_it_says_what_to_install(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(
        packages.shutil, "which", lambda name: None if name == "sudo" else f"/usr/bin/{name}"
    )
    with pytest.raises(CannotInstall, match="sudo apt-get install"):
        packages.ensure()
    assert machine.ran == []


def test_another_system_is_told_the_versions(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    with pytest.raises(CannotInstall, match=r"PostgreSQL 15-17, RabbitMQ 3\.10"):
        packages.ensure()


def test_what_tests_need_is_asked_for_with_tests_only(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_ADMIN_URL", "x")
    monkeypatch.setenv("AMQP_URL", "x")
    monkeypatch.setattr(
        packages.shutil, "which", lambda name: "/usr/bin/x" if name == "apt-get" else None
    )
    packages.ensure()
    assert machine.ran == []
    packages.ensure(for_tests=True)
    assert machine.ran[-1][-4:] == ["redis-server", "prometheus", "shellcheck", "faketime"]


def test_external_servers_need_no_packages(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_ADMIN_URL", "x")
    monkeypatch.setenv("AMQP_URL", "x")
    packages.ensure()
    assert machine.ran == []


def test_the_guards_are_taken_away_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy, cluster = tmp_path / "sbin" / "policy-rc.d", tmp_path / "conf.d" / "x.conf"
    monkeypatch.setattr(packages, "_POLICY", policy)
    monkeypatch.setattr(packages, "_NO_CLUSTER", cluster)
    with pytest.raises(RuntimeError), packages._servers_stay_down([]):
        assert "exit 101" in policy.read_text() and cluster.exists()
        raise RuntimeError
    assert not policy.exists() and not cluster.exists()
