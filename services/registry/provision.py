"""Make the accounts of a logins file: `python -m services.registry.provision FILE`.

FILE is a JSON list of {role, agency?, login, password}. Safe to repeat: accounts that are there
stay, a password that differs is replaced. Reads the settings of registry.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from services.chassis import fields
from services.chassis.call import Call
from services.chassis.city import load_city
from services.chassis.database import Database
from services.chassis.errors import Invalid
from services.chassis.principal import SYSTEM
from services.chassis.settings import read_or_exit
from services.chassis.unit_of_work import UnitOfWork
from services.registry import contract
from services.registry.identity import commands, domain, passwords, repository
from services.registry.settings import Settings


def main(arguments: list[str]) -> int:
    """Make the accounts; 2 if the file is not right, with every reason."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    settings = read_or_exit(Settings)
    agencies = load_city(settings.city_pack).agencies
    try:
        logins = _read(Path(arguments[0]), list(agencies))
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    database = Database(settings.database_url, size=4)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda login: _provide(database, login, agencies), logins))
    database.close()
    counts = ", ".join(f"{outcomes.count(word)} {word}" for word in ("made", "changed", "there"))
    print(f"accounts: {counts}")
    return 0


def _read(file: Path, agencies: list[str]) -> list[dict[str, Any]]:
    entries = json.loads(file.read_text())
    if not isinstance(entries, list):
        raise ValueError(f"{file} must hold a JSON list")
    problems: list[str] = []
    for number, entry in enumerate(entries, start=1):
        try:
            body = fields.load(contract.NewAccount, entry)
            commands.check_agency(body["role"], body.get("agency"), agencies)
        except Invalid as invalid:
            problems += [f"entry {number}: {e.field}: {e.message}" for e in invalid.errors]
    if problems:
        raise ValueError("\n".join(problems))
    return entries


def _provide(database: Database, entry: dict[str, Any], agencies: Any) -> str:
    with database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM))
        account = repository.by_login(work, domain.normalised(entry["login"]))
        if account is None:
            password_hash = passwords.hash_password(entry["password"])
            commands.create_account(work, entry, password_hash, agencies)
            return "made"
        if passwords.verify_password(account["password_hash"], entry["password"]):
            return "there"
        password_hash = passwords.hash_password(entry["password"])
        repository.set_password(work, account["id"], password_hash)
        work.audit("account.password_replaced", account["id"])
        work.commit()
        return "changed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
