"""The calling side of `direct.py`, and the choice between the two ways."""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from services.chassis import jsontext
from services.chassis.call import CallHeaders
from services.chassis.calling import observed
from services.chassis.contract import Contract, Kind
from services.chassis.errors import (
    BrokerAway,
    RpcError,
    ServiceTimeout,
    UnknownService,
    from_data,
)
from services.chassis.health import CALLS
from services.chassis.rpc_client import RpcLink


class DirectCaller:
    """Calls services at known addresses: service name → host:port."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = addresses

    def __bool__(self) -> bool:
        """Whether there is anybody to call."""
        return bool(self._addresses)

    def knows(self, service: str) -> bool:
        """Whether it knows where the service is."""
        return service in self._addresses

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

    contracts: of what is called. They tell what may be done again: a call that the broker lost on
    its way may have been served, so only a query, or a command with an idempotency key, is
    repeated directly.
    """

    def __init__(
        self, link: RpcLink, direct: DirectCaller, contracts: Sequence[Contract] = ()
    ) -> None:
        self._link = link
        self._direct = direct
        self._operations = {
            (contract.service, operation.name): operation
            for contract in contracts
            for operation in contract.operations
        }

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
        if not self._link.is_up:
            return self._direct.call(service, operation, body, headers)
        started = monotonic()
        try:
            return self._link.call(service, operation, body, headers)
        except (BrokerAway, UnknownService) as error:
            left = headers.budget_ms - int((monotonic() - started) * 1000)
            if left <= 0 or not self._may_go_directly(service, operation, headers, error):
                raise
            return self._direct.call(service, operation, body, replace(headers, budget_ms=left))

    def _may_go_directly(
        self, service: str, operation: str, headers: CallHeaders, error: RpcError
    ) -> bool:
        if not self._direct.knows(service):
            return False
        # the broker gave it back: nobody can have served it
        return isinstance(error, UnknownService) or self._is_repeatable(service, operation, headers)

    def _is_repeatable(self, service: str, operation: str, headers: CallHeaders) -> bool:
        found = self._operations.get((service, operation))
        if found is None:
            return False
        has_key = found.idempotent and headers.idempotency_key is not None
        return found.kind is Kind.QUERY or has_key
