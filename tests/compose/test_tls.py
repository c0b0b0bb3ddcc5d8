"""TLS by configuration: what is reachable, by which protocols, and with a renewed certificate."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.docker.compose import Stack
from infra.vault.needs import NEEDS
from tests.cities import City
from tests.client import Answer
from tests.compose.containers import ids, inspect
from tests.composed import FOLDER, compose, docker
from tests.place import free_port
from tests.waiting import eventually

HOST = "kota.example"
RELOAD = ("exec", "-T", "nginx", "nginx", "-c", "/etc/nginx/kota/nginx.conf", "-s", "reload")


@dataclass(frozen=True)
class Secure:
    """The city with TLS. folder: with the certificate, which signs itself."""

    port: int
    folder: Path

    def connect(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        """A connection. Raises ssl.SSLError."""
        line = socket.create_connection(("127.0.0.1", self.port), 10)
        return context.wrap_socket(line, server_hostname=HOST)

    def trusting(self) -> ssl.SSLContext:
        """Of a client who knows the certificate."""
        return ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))

    def get(self, path: str) -> Answer:
        """GET as a client who knows the certificate."""
        with closing(http.client.HTTPSConnection(HOST, timeout=10)) as line:
            line.sock = self.connect(self.trusting())
            line.request("GET", path)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())


def certify(folder: Path) -> int:
    """Make a key and its certificate; the certificate's serial number."""
    key, serial = ec.generate_private_key(ec.SECP256R1()), x509.random_serial_number()
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), serial)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "privkey.pem").write_bytes(private)
    (folder / "privkey.pem").chmod(0o600)
    (folder / "fullchain.pem").write_bytes(made.public_bytes(pem))
    return serial


@pytest.fixture(scope="module")
def secure(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """The city as the handbook says how to give it a certificate."""
    folder = tmp_path_factory.mktemp("tls")
    certify(folder)
    port = free_port()
    given = {
        "COMPOSE_FILE": "docker-compose.yml:infra/docker/tls.yml",
        "TLS_FOLDER": str(folder),
        "TLS_PORT": str(port),
        "BIND": "127.0.0.1",
        "PUBLIC_URL": f"https://{HOST}",
    }
    os.environ |= given
    Stack(FOLDER).up()
    yield Secure(port, folder)
    for name in given:
        del os.environ[name]
    compose("up", "--detach", "--wait", "nginx", "notify")


def test_people_are_served_and_told_to_stay(secure: Secure) -> None:
    answer = secure.get("/v1/permit-types")
    assert answer.status == 200 and answer.json["items"]
    assert int(answer.headers["Strict-Transport-Security"].removeprefix("max-age=")) > 10_000_000


def test_without_tls_there_is_only_the_way_to_it(city: City, secure: Secure) -> None:
    for path in ("/v1/permit-types?limit=1", "/metrics", "/"):
        answer = city.guest.get(path, Host=HOST)
        assert answer.status == 308
        assert answer.headers["Location"] == f"https://{HOST}{path}"
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    ("version", "is_spoken"),
    [
        (ssl.TLSVersion.TLSv1, False),
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_protocols_are_not_spoken(
    secure: Secure, version: ssl.TLSVersion, is_spoken: bool
) -> None:
    context = secure.trusting()
    # this side would speak them
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    if not is_spoken:
        with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
            secure.connect(context)
        return
    with secure.connect(context) as line:
        assert line.version() == version.name.replace("_", ".")


def test_http_2_is_spoken(secure: Secure) -> None:
    context = secure.trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with secure.connect(context) as line:
        assert line.selected_alpn_protocol() == "h2"


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/%6detrics", "/rpc/readiness"])
def test_what_is_the_operators_alone_is_not_shown(secure: Secure, path: str) -> None:
    assert secure.get(path).status == 404


def test_nothing_else_is_published(secure: Secure) -> None:
    published: dict[str, Any] = {}
    for name in ("nginx", *NEEDS):
        for container in ids(name):
            ports = inspect(container)["NetworkSettings"]["Ports"]
            published |= {inside: outside for inside, outside in ports.items() if outside}
    assert set(published) == {"8443/tcp", "8080/tcp"}
    assert published["8443/tcp"][0]["HostPort"] == str(secure.port)


def test_the_private_key_is_nginxs_alone(secure: Secure) -> None:
    for name in NEEDS:
        (container, *_) = ids(name)
        assert "privkey.pem" not in docker("exec", container, "ls", "/run/kota").stdout
    (nginx,) = ids("nginx")
    shown = docker("exec", nginx, "stat", "-c", "%a %u", "/run/kota/privkey.pem").stdout
    assert shown.split() == ["400", "101"]


def test_a_renewed_certificate_is_shown_without_a_new_start(secure: Secure) -> None:
    before = ids("nginx")
    serial = certify(secure.folder)
    compose("run", "--rm", "--no-deps", "-T", "init")
    compose(*RELOAD)

    def shown() -> bool:
        context = ssl._create_unverified_context()
        with secure.connect(context) as line:
            der = line.getpeercert(binary_form=True)
        return der is not None and x509.load_der_x509_certificate(der).serial_number == serial

    eventually(shown, what="the new certificate")
    assert secure.get("/v1/permit-types").status == 200 and ids("nginx") == before
