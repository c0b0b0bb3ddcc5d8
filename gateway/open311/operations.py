"""The operations of Open311 GeoReport v2 as the gateway's table of routes knows them."""

from __future__ import annotations

from gateway.open311 import schemas
from services.chassis.contract import Contract, Kind, Operation
from services.chassis.errors import Forbidden, NotFound
from services.chassis.text import Text

DISCOVERY = Operation(
    "open311_discovery",
    schemas.Ask,
    schemas.Discovery,
    Text("Which versions there are", id="Versi yang tersedia"),
)
SERVICES = Operation(
    "open311_services",
    schemas.Ask,
    schemas.Service,
    Text("What can be requested", id="Layanan yang dapat diminta"),
)
DEFINITION = Operation(
    "open311_definition",
    schemas.AskDefinition,
    schemas.Definition,
    Text("What a service asks", id="Pertanyaan suatu layanan"),
    errors=(NotFound,),
)
REQUESTS = Operation(
    "open311_requests",
    schemas.AskRequests,
    schemas.ServiceRequest,
    Text("Find requests", id="Cari permintaan"),
)
REQUEST = Operation(
    "open311_request",
    schemas.AskRequest,
    schemas.ServiceRequest,
    Text("One request", id="Satu permintaan"),
    errors=(NotFound,),
)
SUBMIT = Operation(
    "open311_submit",
    schemas.SubmitForm,
    schemas.Submitted,
    Text("Send in a request, with an API key", id="Kirim permintaan dengan kunci API"),
    Kind.COMMAND,
    errors=(Forbidden, NotFound),
)
TOKEN = Operation(
    "open311_token",
    schemas.AskToken,
    schemas.Resolved,
    Text("The number behind a token", id="Nomor di balik token"),
    errors=(NotFound,),
)
OPEN311 = Contract(
    "open311",
    Text("Open311 GeoReport v2, for apps", id="Open311 GeoReport v2, untuk aplikasi"),
    (DISCOVERY, SERVICES, DEFINITION, REQUESTS, REQUEST, SUBMIT, TOKEN),
)
ROOTS = {
    DISCOVERY: "discovery",
    SERVICES: "services",
    DEFINITION: "service_definition",
    REQUESTS: "service_requests",
    REQUEST: "service_requests",
    SUBMIT: "service_requests",
    TOKEN: "service_requests",
}
"""The name of the outermost element in XML."""
ARRAYS = frozenset({SERVICES, REQUESTS, REQUEST, SUBMIT, TOKEN})
"""The operations that answer with an array; it has no name in JSON."""
