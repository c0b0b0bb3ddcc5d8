"""Where everything is between containers, with the passwords of the vault.

What is no secret stands in docker-compose.yml.
"""

from __future__ import annotations

from collections.abc import Mapping

from infra.vault.needs import NEEDS, SERVICES
from infra.vault.vault import Vault

# where each container finds what is its own
FOLDER = "/run/kota"
OPERATOR = "kota"
CATCHER = "smtp://mail:8025"


def process(vault: Vault, name: str) -> dict[str, str]:
    """The servers of a process, with passwords."""
    own = {"AMQP_URL": _amqp(name, vault.password(f"amqp_{name}"))}
    return own | ({"DATABASE_URL": _app(vault, name)} if name in SERVICES else {})


def mail(given: Mapping[str, str]) -> dict[str, str]:
    """The operator's mail server, else the catcher if its profile is active, else none."""
    catcher = CATCHER if "mail" in given.get("COMPOSE_PROFILES", "").split(",") else None
    server = given.get("SMTP_URL") or catcher
    return {"SMTP_URL": server} if server else {}


def migration(vault: Vault, service: str) -> dict[str, str]:
    """What the migration of a service needs: it alone connects as the database's owner."""
    return {"MIGRATION_DATABASE_URL": _owner(vault, service), "DATABASE_URL": _app(vault, service)}


def roles(vault: Vault) -> dict[str, str]:
    """The servers as their superuser, and the roles to be made, each by its URL."""
    found: dict[str, str] = {}
    for name in SERVICES:
        superuser = _database(name, "postgres", vault.password(f"postgres_{name}"), "postgres")
        found[f"POSTGRES_ADMIN_URL_{name.upper()}"] = superuser
    return found | _of_each(vault)


def topology(vault: Vault) -> dict[str, str]:
    """The broker as its administrator, and the users to be made, each by its URL."""
    password = vault.password("rabbitmq")
    users = {f"AMQP_URL_{name.upper()}": process(vault, name)["AMQP_URL"] for name in NEEDS}
    return users | {
        "AMQP_URL": _amqp(OPERATOR, password),
        "RABBITMQ_MANAGEMENT_URL": f"http://{OPERATOR}:{password}@broker:15672",
    }


def operator(vault: Vault) -> dict[str, str]:
    """What the operator's command line needs: everything it may look into."""
    databases = {f"KOTA_{name}": url for name, url in _of_each(vault).items()}
    return databases | {"AMQP_URL": _amqp(OPERATOR, vault.password("rabbitmq"))}


def broker_conf(vault: Vault) -> str:
    """RabbitMQ's configuration, with its administrator."""
    return (
        f"default_user = {OPERATOR}\n"
        f"default_pass = {vault.password('rabbitmq')}\n"
        "loopback_users = none\n"
        "disk_free_limit.absolute = 200MB\n"
        "vm_memory_high_watermark.absolute = 400MB\n"
        "log.console.level = warning\n"
    )


def _of_each(vault: Vault) -> dict[str, str]:
    return {
        f"{variable}_{name.upper()}": url
        for name in SERVICES
        for variable, url in migration(vault, name).items()
    }


def _amqp(user: str, password: str) -> str:
    return f"amqp://{user}:{password}@broker:5672/"


def _app(vault: Vault, service: str) -> str:
    role = f"{service}_app"
    return _database(service, role, vault.password(f"database_{role}"), service)


def _owner(vault: Vault, service: str) -> str:
    role = f"{service}_owner"
    return _database(service, role, vault.password(f"database_{role}"), service)


def _database(service: str, role: str, password: str, name: str) -> str:
    return f"postgresql://{role}:{password}@database-{service}:5432/{name}"
