"""The calling side of `direct.py`, and the choice between the two ways."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import Any

from services.chassis import jsontext
from services.chassis.call import CallHeaders
from services.chassis.calling import observed
from services.chassis.errors import BrokerAway, ServiceTimeout, from_data
from services.chassis.health import CALLS
from services.chassis.rpc_client import RpcLink


class DirectCaller:
    """Calls services at known addresses: service name → host:port."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = addresses

    def __bool__(self) -> bool:
        """Whether there is anybody to call."""
        return bool(self._addresses)

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        """Call an operation; at most `headers.budget_ms`.

        Raises BrokerAway if the service cannot be reached this way either, ServiceTimeout, or the
        DomainError the service answered.
        """
        with observed(service, operation, "direct", headers) as sent:
            return self._call(service, operation, body, sent)

    def _call(
        self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders
    ) -> Any:
        address = self._addresses.get(service)
        if address is None:
            raise BrokerAway()
        request = jsontext.dumps({"body": body, "headers": headers.data()})
        connection = http.client.HTTPConnection(address, timeout=headers.budget_ms / 1000)
        try:
            connection.request("POST", CALLS + operation, request)
            answer = jsontext.loads(connection.getresponse().read())
        except TimeoutError as error:
            raise ServiceTimeout() from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise BrokerAway() from error
        finally:
            connection.close()
        if answer["error"] is not None:
            raise from_data(answer["error"])
        return answer["result"]


class Caller:
    """Calls over the broker; directly while the broker is away.

    A call that was already handed to the broker is never repeated the other way: it may have been
    served.
    """

    def __init__(self, link: RpcLink, direct: DirectCaller) -> None:
        self._link = link
        self._direct = direct

    @property
    def broker_is_up(self) -> bool:
        """Whether calls go over the broker."""
        return self._link.is_up

    @property
    def can_call(self) -> bool:
        """Whether there is any way."""
        return self._link.is_up or bool(self._direct)

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        """Call one operation; raises as RpcLink.call and DirectCaller.call."""
        way = self._link if self._link.is_up else self._direct
        return way.call(service, operation, body, headers)
