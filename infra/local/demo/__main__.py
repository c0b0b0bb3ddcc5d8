"""Run the demo: 0 when everything happened as promised."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from rich.console import Console

from infra.local.demo.stage import Stage
from infra.local.demo.story import Story
from infra.local.packages import CannotInstall
from infra.local.stack import NotStarted
from infra.local.state import ROOT

_FOLDER = Path(os.environ.get("KOTA_STATE", ROOT / ".local")) / "demo"


def main() -> int:
    """Open the stage, tell the story, close the stage."""
    console = Console(highlight=False, soft_wrap=True)
    started = time.monotonic()

    def say(words: str) -> None:
        console.print(f"   [dim]{time.monotonic() - started:4.0f} s  {words} …[/dim]")

    stage = Stage(_FOLDER, say)
    try:
        stage.open()
        Story(stage, console).tell()
    except (NotStarted, CannotInstall) as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        say("taking everything down again")
        stage.close()
    console.print(f"\n[bold]Done in {time.monotonic() - started:.0f} s.[/bold]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
