"""One document, by RPC."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import aio_pika
import uvloop
from aio_pika.patterns import JsonRPC

DOCUMENTS = {"pbg": json.loads(Path(os.environ["PEER_DOCUMENT"]).read_text())}


async def get_permit_type(*, code: str) -> Any:
    """One permit type."""
    return DOCUMENTS[code]


async def main() -> None:
    """Serve."""
    connection = await aio_pika.connect_robust(os.environ["PEER_AMQP_URL"])
    # an answer that gets lost is asked for again: it need not be confirmed
    channel = await connection.channel(publisher_confirms=False)
    await channel.set_qos(prefetch_count=64)
    rpc = await JsonRPC.create(channel)
    await rpc.register("peer_get_permit_type", get_permit_type, auto_delete=True)
    await asyncio.Future()


uvloop.run(main())
