"""Make the accounts of a logins file: `python -m services.registry.provision FILE`.

FILE is a JSON list of {role, agency?, login, password}. Safe to repeat: accounts that are there
stay, a password that differs is replaced (and its sessions end). Reads the settings of registry.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from services.chassis import fields
from services.chassis.call import Call
from services.chassis.city import load_city, load_or_exit
from services.chassis.database import Database
from services.chassis.errors import DomainError, Invalid
from services.chassis.principal import SYSTEM
from services.chassis.settings import read_or_exit
from services.chassis.unit_of_work import UnitOfWork
from services.registry import contract
from services.registry.identity import commands, domain, passwords, repository
from services.registry.settings import Settings

OUTCOMES = ("made", "changed", "there")
THREADS = 4


def main(arguments: list[str]) -> int:
    """Make the accounts; 2 if the file is not right, with every reason; 1 if it cannot be done."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    settings = read_or_exit(Settings)
    agencies = load_or_exit(load_city, settings.city_pack).agencies
    try:
        logins = read_logins(Path(arguments[0]), agencies)
    except (OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    try:
        outcomes = provide_all(settings.database_url, logins, agencies)
    except DomainError as failure:
        print(f"accounts: not done: {failure.title}", file=sys.stderr)
        return 1
    print("accounts: " + ", ".join(f"{outcomes.count(word)} {word}" for word in OUTCOMES))
    return 0


def read_logins(file: Path, agencies: Collection[str]) -> list[dict[str, Any]]:
    """The entries of the file, in their clean form.

    Raises ValueError with every reason, OSError; no reason holds a password.
    """
    entries = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(entries, list):
        raise ValueError(f"{file} must hold a JSON list")
    found: list[dict[str, Any]] = []
    problems: list[str] = []
    for number, entry in enumerate(entries, start=1):
        try:
            body = fields.load(contract.NewAccount, entry)
            commands.check_agency(body["role"], body.get("agency"), agencies)
        except Invalid as invalid:
            problems += [f"entry {number}: {e.field}: {e.message}" for e in invalid.errors]
            continue
        if domain.normalised(body["login"]) in (domain.normalised(b["login"]) for b in found):
            problems.append(f"entry {number}: login: stands there twice")
        found.append(body)
    if problems:
        raise ValueError("\n".join(problems))
    return found


def provide_all(
    database_url: str, logins: list[dict[str, Any]], agencies: Collection[str]
) -> list[str]:
    """Make or update each account; one of OUTCOMES for each. Raises DatabaseAway."""
    database = Database(database_url, size=THREADS)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda body: _provide(database, body, agencies), logins))
    finally:
        database.close()


def _provide(database: Database, body: dict[str, Any], agencies: Collection[str]) -> str:
    account = _find(database, body["login"])
    if account is None:
        try:
            return _make(database, body, agencies)
        except contract.LoginTaken:  # somebody else was faster
            account = _find(database, body["login"])
    if account is None or passwords.verify_password(account["password_hash"], body["password"]):
        return "there"
    password_hash = passwords.hash_password(body["password"])
    with database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM))
        repository.set_password(work, account["id"], password_hash)
        work.audit("account.password_replaced", account["id"])
        work.commit()
    return "changed"


def _find(database: Database, login: str) -> dict[str, Any] | None:
    with database.session() as session:
        work = UnitOfWork(session, transaction=False)
        return repository.by_login(work, domain.normalised(login))


def _make(database: Database, body: dict[str, Any], agencies: Collection[str]) -> str:
    password_hash = passwords.hash_password(body["password"])
    with database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM))
        commands.create_account(work, body, password_hash, agencies)
    return "made"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
