"""The document over HTTP."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.patterns import JsonRPC
from fastapi import FastAPI

rpc: JsonRPC


@asynccontextmanager
async def _connected(_app: FastAPI) -> AsyncIterator[None]:
    global rpc
    connection = await aio_pika.connect_robust(os.environ["PEER_AMQP_URL"])
    # a call that gets lost times out: it need not be confirmed
    rpc = await JsonRPC.create(await connection.channel(publisher_confirms=False))
    yield
    await connection.close()


app = FastAPI(lifespan=_connected)


@app.get("/v1/permit-types/{code}")  # type: ignore[untyped-decorator]
async def get_permit_type(code: str) -> Any:
    """One permit type."""
    return await rpc.call("peer_get_permit_type", {"code": code})
