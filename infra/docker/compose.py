"""What `make` does with the containers. Standard library only; the work is Docker Compose's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = ("registry", "reports", "notify", "permits", "gateway")
JOBS = (
    *("init", "roles", "migrate-registry", "migrate-reports", "migrate-notify"),
    *("migrate-permits", "topology", "accounts"),
)
SERVERS = (
    *("broker", "database-registry", "database-reports", "database-notify"),
    "database-permits",
)
OURS = ("logins.json", "mode", "port")
READY_SECONDS = 600


class ComposeFailed(Exception):
    """Docker Compose did not do it; it has said why itself."""


class Stack:
    """The containers of one project. state: the folder for what people need on the machine."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._started = time.monotonic()
        self._environment = os.environ | _given(state)

    def up(self) -> None:
        """Build what changed, start what does not run, wait until all is healthy."""
        self._build()
        self._say("containers …")
        try:
            self._compose("up", "--detach", "--wait", "--wait-timeout", str(READY_SECONDS))
        except ComposeFailed:
            self._explain()
            raise
        self._say("ready")
        print(f"\n  Gateway   {self._address()}   (documents: /openapi.json /asyncapi.json)")
        print(f"  Logins    {os.path.relpath(self._state / 'logins.json')}")
        print("  Next      make status | make logs | make down | ./kota --help")

    def servers(self) -> None:
        """Run the broker and the databases alone, for restoring a backup."""
        self._build()
        self._say("servers …")
        self._compose("stop", "nginx", *PROCESSES)
        self._compose("up", "--detach", "--wait", "--wait-timeout", str(READY_SECONDS), *SERVERS)
        self._run("roles")
        self._say("only the servers run")

    def down(self) -> None:
        """Stop everything; data stays."""
        self._compose("--profile", "*", "down", "--remove-orphans")
        print("  stopped")

    def clean(self) -> None:
        """Stop everything and forget all data, secrets and logins."""
        self._compose("--profile", "*", "down", "--remove-orphans", "--volumes")
        for name in OURS:
            (self._state / name).unlink(missing_ok=True)
        print("  forgotten")

    def restart(self) -> None:
        """Put new code in place of old, one process after the other; somebody always serves."""
        self._build()
        for job in JOBS:
            self._run(job)
        for name in PROCESSES:
            self._say(name)
            self._replace(name)
        # finds new words in its configuration, if there are any
        self._compose("exec", "-T", "nginx", "nginx", "-c", "/etc/nginx/kota/nginx.conf",
                      "-s", "reload")  # fmt: skip
        self._say("restarted")

    def status(self) -> int:
        """Print containers with health and memory; 1 if something that should run is not well."""
        containers = self._containers()
        if not containers:
            print("nothing runs; start with: make up")
            return 1
        memory = self._memory([c["Name"] for c in containers if c["State"] == "running"])
        wrong = [c["Name"] for c in containers if not is_well(c)]
        width = max(len(c["Name"]) for c in containers)
        for c in containers:
            mark = "" if is_well(c) else "   <- not well"
            print(f"  {c['Name']:<{width}}  {memory.get(c['Name'], ''):>9}  {c['Status']}{mark}")
        return 1 if wrong else 0

    def logs(self, *names: str) -> None:
        """Follow the logs."""
        self._compose("logs", "--follow", "--tail", "20", *names)

    def _build(self) -> None:
        self._say("images …")
        # what is started by hand must not be older than what runs
        self._compose("--profile", "*", "build", "--quiet")

    def _run(self, job: str) -> None:
        self._say(job)
        self._compose("run", "--rm", "--no-deps", "-T", job)

    def _replace(self, name: str) -> None:
        """Start as many anew as there are, wait until they are healthy, then stop the old."""
        old = self._output("ps", "--quiet", name).split()
        more = f"{name}={len(old) * 2 or 1}"
        self._compose("up", "--detach", "--no-deps", "--no-recreate", "--wait",
                      "--scale", more, name)  # fmt: skip
        if old:
            self._docker("stop", *old)
            self._docker("rm", *old)

    def _containers(self) -> list[dict[str, Any]]:
        lines = self._output("ps", "--all", "--format", "json").splitlines()
        return sorted((json.loads(line) for line in lines), key=lambda c: str(c["Name"]))

    def _memory(self, names: list[str]) -> dict[str, str]:
        if not names:
            return {}
        form = "{{.Name}}\t{{.MemUsage}}"
        said = self._docker("stats", "--no-stream", "--format", form, *names)
        pairs = (line.split("\t") for line in said.splitlines())
        return {name: usage.partition(" ")[0] for name, usage in pairs}

    def _explain(self) -> None:
        wrong = sorted({c["Service"] for c in self._containers() if not is_well(c)})
        print(f"not well: {', '.join(wrong)}", file=sys.stderr)
        if wrong:
            self._compose("logs", "--tail", "10", *wrong)

    def _address(self) -> str:
        for port, scheme in (("8443", "https"), ("8080", "http")):
            try:
                return f"{scheme}://{self._output('port', 'nginx', port).strip()}"
            except ComposeFailed:
                continue
        return "not published"

    def _say(self, words: str) -> None:
        print(f"  {time.monotonic() - self._started:5.1f} s  {words}", flush=True)

    def _compose(self, *arguments: str) -> None:
        command = ["docker", "compose", "--progress", "quiet", *arguments]
        if subprocess.run(command, cwd=ROOT, env=self._environment, check=False).returncode:
            raise ComposeFailed(" ".join(arguments))

    def _output(self, *arguments: str) -> str:
        return self._docker("compose", *arguments)

    def _docker(self, *arguments: str) -> str:
        done = subprocess.run(
            ["docker", *arguments], cwd=ROOT, env=self._environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise ComposeFailed(done.stderr.strip())
        return done.stdout


def is_well(container: dict[str, Any]) -> bool:
    """Whether it runs and is healthy, or is a job that ended as it should."""
    if container["State"] == "running":
        return container["Health"] in ("", "healthy")
    return container["Service"] in JOBS and container["ExitCode"] == 0


def _given(state: Path) -> dict[str, str]:
    """What compose is told, as far as neither the environment nor `.env` says it."""
    port = state / "port"
    known = {
        "KOTA_STATE": str(state.resolve()),
        "PORT": port.read_text().strip() if port.is_file() else "",
        # a catcher instead of a mail server, as long as there is none
        "COMPOSE_PROFILES": "" if _says("SMTP_URL") else "mail",
    }
    return {name: value for name, value in known.items() if value and not _says(name)}


def _says(name: str) -> bool:
    file = ROOT / ".env"
    lines = file.read_text().splitlines() if file.is_file() else []
    return bool(os.environ.get(name)) or any(line.startswith(f"{name}=") for line in lines)


def run(command: str, arguments: list[str], state: Path) -> int:
    """Run one of Stack's commands; the exit code."""
    work: Callable[..., int | None] = getattr(Stack(state), command)
    try:
        return work(*arguments) or 0
    except ComposeFailed as problem:
        print(f"docker compose failed: {problem}", file=sys.stderr)
        return 1
    except FileNotFoundError:
        print("there is no `docker` here; without it: MODE=native make up", file=sys.stderr)
        return 1
