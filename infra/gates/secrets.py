"""No secret is committed: detect-secrets, but for what was looked at and found to be none.

What was looked at stands in .secrets.baseline, by file and digest: moving lines changes nothing.
The same file says which detectors look, and which files are left out (hashes of packages look like
secrets). `make baseline` takes in what is found now, and asks about each.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from detect_secrets import SecretsCollection
from detect_secrets.settings import transient_settings

from infra.gates.files import known

# for so many, starting processes takes longer than looking
FEW = 20
BASELINE = ".secrets.baseline"


def problems(root: Path) -> list[str]:
    """What looks like a secret and was not looked at; and what was, and is one."""
    file = root / BASELINE
    document: dict[str, Any] = json.loads(file.read_text())
    judged = {
        (name, entry["hashed_secret"]): entry.get("is_secret")
        for name, entries in document.get("results", {}).items()
        for entry in entries
    }
    found: list[str] = []
    for name, secret in scan(root, document):
        verdict = judged.get((name, secret.secret_hash), True)
        if verdict is not False:
            found.append(f"{name}:{secret.line_number}: {secret.type}")
    return found


def scan(root: Path, document: dict[str, Any]) -> SecretsCollection:
    """Everything that looks like a secret to the detectors of the baseline `document`."""
    collection = SecretsCollection(root=str(root))
    with transient_settings(document):
        names = [str(path.relative_to(root)) for path in known(root)]
        if len(names) > FEW:
            collection.scan_files(*names)
        else:
            for name in names:
                collection.scan_file(name)
    return collection
