"""Settings come from the environment, are checked once at start, and all problems are told at once.

    @dataclass(frozen=True, kw_only=True)
    class Settings(ServiceSettings):
        tracking_secret: bytes = setting(secret_bytes, means="tracking codes are derived from it")

The variable's name is the field's in capitals. A field without a default is required. What it means
is told to whoever forgot it, and stands in the operators' table of settings.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from environs import Env, EnvError

from services.chassis.secret_settings import amqp_url, database_url, private_key, public_keys

EX_CONFIG = 78

SettingsT = TypeVar("SettingsT", bound="ProcessSettings")
Read = Callable[[Env, str], Any]


class SettingsInvalid(Exception):
    """The environment is wrong; `problems` has one line per variable."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def setting(read: Read, default: Any = MISSING, *, means: str) -> Any:
    """Declare a setting: how it is read, its default if it may be absent, and what it is for."""
    metadata = {"read": read, "means": means}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def folder(env: Env, name: str) -> Path:
    """A folder that exists."""
    path = Path(env.str(name))
    if not path.is_dir():
        raise EnvError(f"{path} is not a folder")
    return path


def host(env: Env, name: str) -> str:
    """An IPv4 address of this machine, such as 127.0.0.1; 0.0.0.0 for all of them."""
    found = ip_address(env.str(name))
    if found.version != 4:
        raise EnvError(f"{found} is not an IPv4 address")
    return str(found)


def port(env: Env, name: str) -> int:
    """A TCP port."""
    return _between(env.int(name), 1, 65_535)


def descriptor(env: Env, name: str) -> int:
    """The number of an open file descriptor, from 0 to 1023."""
    return _between(env.int(name), 0, 1_023)


def truth(env: Env, name: str) -> bool:
    """true or false."""
    given = env.str(name)
    if given not in ("true", "false"):
        raise EnvError("must be true or false")
    return given == "true"


def positive(env: Env, name: str) -> int:
    """A whole number from 1 to 10,000."""
    return _between(env.int(name), 1, 10_000)


def seconds(env: Env, name: str) -> float:
    """A time from 0 to one day."""
    value: float = env.float(name)
    if not 0 <= value <= 86_400:
        raise EnvError("must be from 0 to 86400 seconds")
    return value


def level(env: Env, name: str) -> str:
    """A log level."""
    value = env.str(name).upper()
    if value not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise EnvError("must be DEBUG, INFO, WARNING or ERROR")
    return value


def text(env: Env, name: str) -> str:
    """Any text that is not empty."""
    value: str = env.str(name)
    if not value.strip():
        raise EnvError("must not be empty")
    return value


def addresses(env: Env, name: str) -> Mapping[str, str]:
    """service=host:port, separated by commas."""
    found: dict[str, str] = env.dict(name)
    for service, address in found.items():
        host, _, number = address.rpartition(":")
        if not host or not number.isdigit():
            raise EnvError(f"{service}={address} is not service=host:port")
    return found


def words(env: Env, name: str) -> tuple[str, ...]:
    """Words separated by commas."""
    return tuple(word.strip() for word in env.str(name).split(",") if word.strip())


def networks(env: Env, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks or addresses such as 10.0.0.0/8, separated by commas."""
    return tuple(ip_network(word) for word in words(env, name))


def scale(env: Env, name: str) -> float:
    """A factor from 0.001 to 1,000,000."""
    value: float = env.float(name)
    if not 0.001 <= value <= 1_000_000:
        raise EnvError("must be from 0.001 to 1000000")
    return value


def http_url(env: Env, name: str) -> str:
    """https://host, without a slash at the end."""
    url: str = env.str(name)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or url.endswith("/"):
        raise EnvError("must look like https://kota.example, without a slash at the end")
    return url


def ratio(env: Env, name: str) -> float:
    """A part of all, from 0 to 1."""
    value: float = env.float(name)
    if not 0 <= value <= 1:
        raise EnvError("must be from 0 to 1")
    return value


def offset(env: Env, name: str) -> float:
    """Seconds, at most ten years back or forth."""
    value: float = env.float(name)
    if not -315_000_000 <= value <= 315_000_000:
        raise EnvError("must be at most ten years")
    return value


def files_url(env: Env, name: str) -> str:
    """file:///folder, or s3://bucket/prefix?endpoint=…&region=…"""
    url: str = env.str(name)
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return url
    if parts.scheme == "s3" and parts.netloc:
        return url
    raise EnvError("must look like file:///folder or s3://bucket/prefix")


@dataclass(frozen=True, kw_only=True)
class ProcessSettings:
    """What every process reads."""

    amqp_url: str = setting(amqp_url, means="the broker")
    admin_host: str = setting(
        host, "127.0.0.1", means="where the admin port listens; never on the public's network"
    )
    admin_port: int = setting(port, means="where health, metrics and direct calls are")
    auth_public_keys: Path = setting(public_keys, means="the JWKS that verifies access tokens")
    log_level: str = setting(level, "INFO", means="from which level on it is logged")
    otlp_endpoint: str | None = setting(
        http_url,
        None,
        means="the OpenTelemetry collector (OTLP over HTTP) that gets traces, such as"
        " http://collector:4318; left out, none are made",
    )
    trace_ratio: float = setting(ratio, 1.0, means="which part of all traces is recorded")
    workers: int = setting(positive, 32, means="requests served at once")
    clock_offset_seconds: float = setting(
        offset,
        0.0,
        means="moves the city's time for rehearsals (terms, due dates, uploads); tokens keep to"
        " the machine's clock",
    )


@dataclass(frozen=True, kw_only=True)
class ServiceSettings(ProcessSettings):
    """What every service reads besides."""

    database_url: str = setting(database_url, means="its own database, as its own role")
    audit_signing_key: Path = setting(private_key, means="signs the seals of its audit trace")
    city_pack: Path = setting(folder, means="the city pack")
    database_connections: int = setting(positive, 6, means="most that requests hold at once")
    handler_max_tries: int = setting(
        positive, 10, means="after so many failures an event is parked"
    )
    handler_retry_seconds: float = setting(
        seconds, 1.0, means="rest before an event's second try, then doubling"
    )
    service_public_keys: Path | None = setting(
        public_keys,
        None,
        means="the JWKS of the services that may call this one; without it none may",
    )


def read(
    settings_class: type[SettingsT], environment: Mapping[str, str] | None = None
) -> SettingsT:
    """Read and check all settings. Raises SettingsInvalid with every problem."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    source = os.environ if environment is None else environment
    for declared in fields(settings_class):
        name = declared.name.upper()
        if name not in source:
            if _is_required(declared):
                problems.append(f"{name}: is not set ({_what(declared)})")
            continue
        try:
            values[declared.name] = declared.metadata["read"](_Source(source), name)
        except (EnvError, ValueError) as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise SettingsInvalid(problems)
    return settings_class(**values)


def read_or_exit(settings_class: type[SettingsT]) -> SettingsT:
    """Read the settings; if they are wrong, print all problems and end the process (78)."""
    try:
        return read(settings_class)
    except SettingsInvalid as invalid:
        refuse_to_start("The settings of this process are wrong:", invalid.problems)


def refuse_to_start(words: str, problems: Iterable[str]) -> NoReturn:
    """Print all problems and end the process with the exit code for configuration (78)."""
    print("\n  ".join([words, *problems]), file=sys.stderr, flush=True)
    os._exit(EX_CONFIG)  # SystemExit inside nameko's start would be swallowed by its threads


class _Source(Env):
    """environs over any mapping."""

    def __init__(self, source: Mapping[str, str]) -> None:
        super().__init__()
        self._source = source

    def _get_value(self, key: str, default: Any) -> Any:
        return self._source.get(key, default)


def _is_required(declared: Field[Any]) -> bool:
    return declared.default is MISSING


def _what(declared: Field[Any]) -> str:
    return f"{declared.metadata['means']}: {form(declared)}"


def form(declared: Field[Any]) -> str:
    """What a value of a setting looks like, in words."""
    documentation: str = declared.metadata["read"].__doc__ or ""
    return documentation.splitlines()[0].rstrip(".")


def _between(value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise EnvError(f"must be from {low} to {high}")
    return value
