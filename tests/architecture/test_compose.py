"""What docker-compose.yml promises: each container locked down, each database its owner's."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from infra.local.state import ROOT, SERVICES
from infra.vault.needs import NEEDS

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
JOBS = {"init", "roles", "topology", "accounts", *(f"migrate-{name}" for name in SERVICES)}
# started by hand, and gone when its command ends
TOOLS = {"kota", "backup", "restore"}
RUNNING = sorted(set(CONTAINERS) - JOBS - TOOLS)
# to the mail server, from the public, and from the operator on this machine
MAY_GO_OUT = {
    "notify": {"outside"},
    "nginx": {"front"},
    "prometheus": {"observers"},
    "grafana": {"observers"},
}
SECRETS_OF = {
    "accounts": ["registry", "accounts"],
    "mail": [],
    "prometheus": [],
    "backup": ["kota", "vault"],
    "restore": ["kota", "vault"],
}
SECRET = re.compile(r"(PASS|SECRET|TOKEN|KEY)", re.IGNORECASE)


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_locked_down(name: str) -> None:
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in container["security_opt"]
    assert container["mem_limit"] and container["pids_limit"]
    assert container["logging"]["options"]["max-size"]
    assert "privileged" not in container and "container_name" not in container
    assert not [mount for mount in container.get("volumes", []) if "docker.sock" in str(mount)]


@pytest.mark.parametrize("name", RUNNING)
def test_what_runs_is_watched_and_comes_back(name: str) -> None:
    assert CONTAINERS[name]["restart"] == "unless-stopped"
    assert CONTAINERS[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(JOBS | TOOLS))
def test_jobs_end(name: str) -> None:
    assert CONTAINERS[name]["restart"] == "no"


def test_only_the_job_that_hands_out_files_is_root_and_it_reaches_nobody() -> None:
    assert [name for name, c in CONTAINERS.items() if c.get("user") == "root"] == ["init"]
    assert CONTAINERS["init"]["network_mode"] == "none"
    assert [name for name, c in CONTAINERS.items() if c.get("cap_add")] == ["init"]
    assert "USER 10001:10001" in (ROOT / "infra/docker/Dockerfile").read_text()


def test_only_nginx_is_published_beyond_this_machine_and_only_if_told_so() -> None:
    published = {name: c["ports"] for name, c in CONTAINERS.items() if c.get("ports")}
    assert published.pop("nginx") == ["${BIND:-127.0.0.1}:${PORT:-8080}:8080"]
    assert published == {
        "prometheus": ["127.0.0.1:${PROMETHEUS_PORT:-9090}:9090"],
        "grafana": ["127.0.0.1:${GRAFANA_PORT:-3000}:3000"],
    }
    assert all(CONTAINERS[name]["profiles"] == ["observability"] for name in published)


@pytest.mark.parametrize("name", CONTAINERS)
def test_nobody_is_on_a_network_that_leads_out_but_those_who_must(name: str) -> None:
    networks = set(CONTAINERS[name].get("networks", []))
    assert networks or CONTAINERS[name].get("network_mode") == "none"
    open_ones = {n for n in networks if not (COMPOSE["networks"][n] or {}).get("internal")}
    assert open_ones == MAY_GO_OUT.get(name, set())


@pytest.mark.parametrize("service", SERVICES)
def test_a_database_is_its_owners(service: str) -> None:
    network = f"database-{service}"
    assert CONTAINERS[network]["networks"] == [network]
    on_it = {name for name, c in CONTAINERS.items() if network in c.get("networks", [])}
    accounts = {"accounts"} if service == "registry" else set()
    assert on_it == {network, service, f"migrate-{service}", "roles"} | TOOLS | accounts


@pytest.mark.parametrize("name", sorted(set(CONTAINERS) - {"init"}))
def test_a_container_sees_its_own_secrets_only(name: str) -> None:
    seen = [mount for mount in CONTAINERS[name].get("volumes", []) if "secrets" in str(mount)]
    wanted = SECRETS_OF.get(name, [name])
    assert [mount["volume"]["subpath"] for mount in seen] == wanted
    written = [m["volume"]["subpath"] for m in seen if not m.get("read_only")]
    assert written == (["vault"] if name == "restore" else [])


def test_nothing_secret_is_written_down() -> None:
    # nothing but a place where a secret is, or an operator's variable that is empty by default
    for name, container in CONTAINERS.items():
        for variable, value in container.get("environment", {}).items():
            assert not SECRET.search(variable) or variable.endswith("_FILE"), (name, variable)
            assert not re.search(r"://[^/\s]*:[^/\s]*@", str(value)), (name, variable)
    assert not re.search(r"(password|secret)[\"']?\s*[:=]\s*[\"']?\w", TEXT, re.IGNORECASE)


@pytest.mark.parametrize("name", NEEDS)
def test_processes_scale(name: str) -> None:
    container = CONTAINERS[name]
    assert not container.get("ports") and "hostname" not in container
    # each container has a tmp of its own
    assert all(str(m).startswith("/") or isinstance(m, dict) or m.startswith("files:")
               for m in container["volumes"])  # fmt: skip


@pytest.mark.parametrize("name", sorted({"accounts", *NEEDS} - {"gateway"}))
def test_who_reads_the_city_pack_sees_those_that_were_loaded(name: str) -> None:
    mounts = {m["target"]: m for m in CONTAINERS[name]["volumes"] if isinstance(m, dict)}
    assert {"/city", "/packs"} <= set(mounts)
    assert all(mounts[target]["read_only"] for target in ("/city", "/packs"))


def test_a_backup_only_reads_and_a_restore_leaves_the_backups_alone() -> None:
    def written(name: str) -> set[str]:
        mounts = COMPOSE["services"][name]["volumes"]
        places = {m if isinstance(m, str) else m["target"]: m for m in mounts}
        return {
            place.rpartition(":")[2]
            for place, m in places.items()
            if not (m.endswith(":ro") if isinstance(m, str) else m.get("read_only"))
        }

    assert written("backup") == {"/backups"}
    assert written("restore") == {"/vault", "/files"}


def test_nobody_is_checked_with_a_password() -> None:
    checks = " ".join(str(CONTAINERS[name]["healthcheck"]["test"]) for name in RUNNING)
    assert not re.search(r"(guest|PGPASSWORD|-p |curl -u|--user)", checks)
