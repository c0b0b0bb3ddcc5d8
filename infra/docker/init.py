"""The init job: makes every secret once, and gives each container its own and no other's.

Everything stands in one volume, of which each container sees one folder. The accounts stand on the
machine itself, where the checkout's owner finds them. A second run changes nothing.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.docker import places
from infra.vault import identity
from infra.vault.needs import NEEDS, SERVICES
from infra.vault.vault import Vault, write

# of our images, of nginx' and of whoever the servers' images run as
OURS, NGINX = 10_001, 101
ANYBODY = None


@dataclass(frozen=True)
class Init:
    """One run.

    secrets: the volume. local: the machine's state folder. city_pack: of the first start. packs:
    those that were loaded since. tls: a folder with fullchain.pem and privkey.pem, if nginx is to
    speak TLS. owner: to whom the accounts' file is to belong. given: what the operator has set.
    chown: gives a file away.
    """

    secrets: Path
    local: Path
    city_pack: Path
    packs: Path
    tls: Path
    owner: tuple[int, int]
    given: Mapping[str, str]
    chown: Callable[[Path, int, int], None] = os.chown

    @property
    def vault(self) -> Vault:
        """Where all secrets are kept; only this container and those of backups see it."""
        return Vault(self.secrets / "vault")

    def run(self) -> None:
        """Make and give out everything."""
        identity.make_keys(self.vault)
        for process in NEEDS:
            self._process(process)
        for service in SERVICES:
            self._give(f"migrate-{service}", places.migration(self.vault, service))
            password = self.vault.password(f"postgres_{service}")
            self._put(f"database-{service}", "password", password, ANYBODY)
        self._put("broker", "rabbitmq.conf", places.broker_conf(self.vault), ANYBODY)
        self._give("roles", places.roles(self.vault))
        self._give("topology", places.topology(self.vault))
        self._give("kota", places.operator(self.vault))
        self._put("kota", "keys/audit_jwks.json", self.vault.key("audit_jwks.json").read_text())
        self._put("grafana", "password", self.vault.password("grafana"), ANYBODY)
        self._nginx()
        self._accounts()
        self._backups()

    def _process(self, process: str) -> None:
        needs = NEEDS[process]
        own = needs.in_environment(self.vault) | places.process(self.vault, process)
        own |= places.mail(self.given) if process == "notify" else {}
        files = {name: self.vault.secret(file) for name, file in needs.keys.items()}
        files |= {name: self.vault.key(file) for name, file in needs.public.items()}
        for name, file in files.items():
            own[name] = f"{places.FOLDER}/{file.name}"
            self._put(process, file.name, file.read_text())
        self._give(process, own)

    def _give(self, container: str, environment: Mapping[str, str]) -> None:
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(environment.items())]
        self._put(container, "environment", "".join(lines))

    def _put(self, container: str, name: str, content: str, reader: int | None = OURS) -> None:
        """Write a file that one user may read, or anybody in the one container that sees it."""
        file = self.secrets / container / name
        if not (file.exists() and file.read_text() == content):
            write(file, content)
        self._hand_over(file, reader, 0o400 if reader else 0o444)
        for folder in {file.parent, self.secrets / container}:
            self._hand_over(folder, reader, 0o500 if reader else 0o555)

    def _nginx(self) -> None:
        folder = self.secrets / "nginx"
        folder.mkdir(exist_ok=True)
        for name in ("fullchain.pem", "privkey.pem"):
            if (self.tls / name).is_file():
                self._put("nginx", name, (self.tls / name).read_text(), NGINX)

    def _accounts(self) -> None:
        logins = self.local / "logins.json"
        self._restored(logins)
        loaded = self.packs / "active"
        identity.make_logins(logins, loaded if loaded.exists() else self.city_pack)
        for container in ("accounts", "kota"):
            self._put(container, "logins.json", logins.read_text())
        write(self.local / "mode", "compose")
        write(self.local / "port", self.given.get("PORT") or "8080")
        for path in (self.local, logins, self.local / "mode", self.local / "port"):
            self.chown(path, *self.owner)

    def _restored(self, logins: Path) -> None:
        """A restore leaves the accounts of its backup in the vault."""
        if self.vault.logins.exists():
            write(logins, self.vault.logins.read_text())
            self.vault.logins.unlink()

    def _backups(self) -> None:
        """What the operator's container reads and writes: the vault, and a folder for backups."""
        vault = self.vault.folder
        for path in (vault, *vault.rglob("*")):
            self._hand_over(path, OURS, 0o700 if path.is_dir() else 0o600)
        backups = self.local / "backups"
        backups.mkdir(exist_ok=True)
        self._hand_over(backups, OURS, 0o700)

    def _hand_over(self, path: Path, reader: int | None, mode: int) -> None:
        path.chmod(mode)
        if reader:
            self.chown(path, reader, reader)


def main() -> int:
    """Run with the places that docker-compose.yml mounts."""
    checkout = Path("/checkout").stat()
    Init(
        secrets=Path("/secrets"),
        local=Path("/local"),
        city_pack=Path("/city"),
        packs=Path("/packs"),
        tls=Path("/tls"),
        owner=(checkout.st_uid, checkout.st_gid),
        given=os.environ,
    ).run()
    print("secrets: each container has its own; accounts: logins.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
