"""`/docs`: the API to read and to try, from files of our own machine only.

Swagger UI comes as a Python package; its files are served as they are.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

# Swagger UI sets styles on elements; nothing else comes from anywhere but here
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kota Cerdas API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="docs"></div>
<noscript>This page needs JavaScript; the document itself is at /openapi.json.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
});
"""
_TAKEN = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


def files() -> dict[str, tuple[bytes, str]]:
    """path → (body, content type)."""
    found = {
        "/docs": (PAGE.encode(), "text/html; charset=utf-8"),
        "/docs/start.js": (START.encode(), "text/javascript; charset=utf-8"),
    }
    folder = _swagger_ui()
    for name, kind in _TAKEN.items():
        found[f"/docs/{name}"] = ((folder / name).read_bytes(), f"{kind}; charset=utf-8")
    return found


def _swagger_ui() -> Path:
    # found, not imported: the package itself brings a web framework's glue
    spec = find_spec("swagger_ui")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("swagger_ui")
    return Path(spec.origin).parent / "static"
