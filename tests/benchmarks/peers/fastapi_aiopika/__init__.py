"""FastAPI on uvicorn (uvloop, httptools), and aio-pika's RPC pattern with JSON."""
