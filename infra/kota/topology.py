"""`kota topology`: declare every exchange and queue that the contracts name."""

from __future__ import annotations

import os

import typer
from kombu.exceptions import OperationalError

from infra.kota.contracts import all_contracts
from services.chassis import topology


def declare(amqp_url: str = typer.Option(None, help="default: $AMQP_URL")) -> None:
    """Declare all exchanges and queues; safe to repeat."""
    url = amqp_url or os.environ.get("AMQP_URL")
    if not url:
        raise typer.BadParameter("AMQP_URL is not set", param_hint="--amqp-url")
    try:
        declared = topology.declare(url, all_contracts())
    except (OperationalError, OSError) as error:
        typer.echo(f"the broker does not answer ({type(error).__name__})", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"topology: {len(declared)} exchanges and queues declared")
