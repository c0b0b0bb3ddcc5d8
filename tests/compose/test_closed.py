"""What cannot be reached, and what a container cannot do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from infra.local.state import ROOT
from infra.vault.needs import NEEDS, SERVICES
from tests.cities import City
from tests.compose.containers import (
    address,
    can_connect,
    ids,
    inspect,
    python,
    running,
)
from tests.composed import compose, docker
from tests.waiting import eventually

SHELL = "touch /kota-was-here 2>/dev/null && echo wrote; id -u"


@pytest.fixture(scope="module", autouse=True)
def _up(city: City) -> None:
    """Everything runs."""


def test_only_nginx_is_published() -> None:
    published = {
        service
        for container, service in running().items()
        if any(inspect(container)["NetworkSettings"]["Ports"].values())
    }
    assert published == {"nginx"}


@pytest.mark.parametrize(
    "path", ["/metrics", "/healthz", "//metrics", "/%6detrics", "/rpc/readiness"]
)
def test_what_is_the_operators_alone_is_not_shown(city: City, path: str) -> None:
    assert city.guest.get(path).status == 404
    assert city.guest.send("POST", path, b"{}", {}).status in (404, 405)


@pytest.fixture
def stranger() -> Iterator[str]:
    """A container at an address of the open internet that reaches nginx only."""
    network, name = "kota-test-internet", f"kota-test-stranger-{secrets.token_hex(3)}"
    docker("network", "create", "--internal", "--subnet", "203.0.113.0/24", network)
    (nginx,) = ids("nginx")
    docker("network", "connect", network, nginx)
    image = inspect(ids("permits")[0])["Image"]
    docker("run", "--detach", "--rm", "--name", name, "--network", network,
           "--entrypoint", "sleep", image, "600")  # fmt: skip
    yield name
    docker("rm", "--force", name)
    docker("network", "disconnect", network, nginx)
    docker("network", "rm", network)


def test_strangers_do_not_hear_what_is_broken(city: City, stranger: str) -> None:
    (nginx,) = ids("nginx")
    there = inspect(nginx)["NetworkSettings"]["Networks"]["kota-test-internet"]["IPAddress"]

    def status(path: str) -> str:
        code = (
            "import http.client\n"
            f"line = http.client.HTTPConnection({there!r}, 8080, timeout=5)\n"
            f"line.request('GET', {path!r}, headers={{'X-Forwarded-For': '127.0.0.1'}})\n"
            "print(line.getresponse().status)"
        )
        return python(stranger, code)[1].strip()

    assert status("/readyz") == "200"
    for path in ("/readyz?all=1", "/readyz?x=2&all=1", "/readyz?ALL=1&all=1"):
        assert status(path) == "404", path
    assert city.guest.get("/readyz?all=1").status == 200


@pytest.mark.parametrize("service", SERVICES)
def test_a_database_is_reached_by_its_owner_only(service: str) -> None:
    database = f"database-{service}"
    (server,) = ids(database)
    there = address(server, database)
    assert can_connect(ids(service)[0], database, 5432)
    for other in set(NEEDS) - {service}:
        assert not can_connect(ids(other)[0], database, 5432)
        assert not can_connect(ids(other)[0], there, 5432), other


@pytest.mark.parametrize("name", ["registry", "reports", "permits", "gateway"])
def test_nobody_gets_out(name: str) -> None:
    (container, *_) = ids(name)
    # no route at all, so that nothing of the test depends on the world outside
    routes = python(container, "print(open('/proc/net/route').read())")[1]
    assert not [line for line in routes.splitlines() if line.split()[1:2] == ["00000000"]]


def test_every_container_is_locked_down() -> None:
    for container, service in running().items():
        found = inspect(container)
        host = found["HostConfig"]
        assert host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"], service
        assert not host["CapAdd"] and not host["Privileged"], service
        assert "no-new-privileges:true" in host["SecurityOpt"], service
        assert host["Memory"] > 0 and host["PidsLimit"] > 0, service
        said = docker("exec", container, "sh", "-c", SHELL).stdout.split()
        assert said != ["0"] and "wrote" not in said, (service, said)
        assert int(said[0]) > 0


@pytest.mark.parametrize("name", NEEDS)
def test_a_process_sees_its_own_secrets_only(name: str) -> None:
    (container, *_) = ids(name)
    files = docker("exec", container, "sh", "-c", "cat /run/kota/environment; ls /run/kota").stdout
    assert f"amqp://{name}:" in files
    for other in set(NEEDS) - {name}:
        assert f"amqp://{other}:" not in files and f"audit_{other}.json" not in files
    assert "MIGRATION" not in files and "postgres:" not in files


def test_what_the_engine_shows_of_a_container_holds_no_secret(city: City) -> None:
    password = city.password("admin")
    for container, service in running().items():
        environment = "\n".join(inspect(container)["Config"]["Env"])
        assert password not in environment
        assert "_SECRET" not in environment and "://" not in environment.replace(
            "file:///files", ""
        ).replace("http://127.0.0.1", ""), service


def test_the_accounts_are_the_owners_alone(city: City) -> None:
    found = city.logins.stat()
    assert found.st_mode & 0o777 == 0o600
    assert found.st_uid == (ROOT / "docker-compose.yml").stat().st_uid


def test_a_second_start_changes_nothing(city: City) -> None:
    # the agency of a pack that was taken back takes its account along
    compose("up", "--detach")
    before = sorted(running())
    logins = city.logins.read_text()
    compose("up", "--detach")
    eventually(lambda: sorted(running()) == before)
    assert city.logins.read_text() == logins
