"""One URL names all nodes of a broker."""

from __future__ import annotations

import pytest
from kombu import Connection

from services.chassis import broker_url

CLUSTER = "amqp://kota:p%3Bw@a.example:5673,b.example,[::1]:5674/city"


def test_each_node_has_a_url_of_its_own() -> None:
    assert broker_url.nodes(CLUSTER) == [
        "amqp://kota:p%3Bw@a.example:5673/city",
        "amqp://kota:p%3Bw@b.example:5672/city",
        "amqp://kota:p%3Bw@[::1]:5674/city",
    ]
    assert broker_url.nodes("amqp://u:p@mq/") == ["amqp://u:p@mq:5672/"]


def test_ports_have_defaults() -> None:
    assert broker_url.addresses(CLUSTER) == [
        ("a.example", 5673),
        ("b.example", 5672),
        ("::1", 5674),
    ]
    assert broker_url.addresses("amqps://u:p@a,b:1/") == [("a", 5671), ("b", 1)]


@pytest.mark.parametrize("wrong", ["amqp://u:p@a,/", "amqp://u:p@,a/", "amqp://u:p@a:x,b/"])
def test_a_node_that_is_none(wrong: str) -> None:
    with pytest.raises(ValueError):
        broker_url.checked(wrong)


def test_kombu_goes_from_node_to_node() -> None:
    connection = Connection(broker_url.for_kombu(CLUSTER))
    seen = []
    for _ in range(3):
        seen.append((connection.hostname, connection.port, connection.password))
        assert connection.virtual_host == "city"
        connection.maybe_switch_next()
    assert seen == [("a.example", 5673, "p;w"), ("b.example", 5672, "p;w"), ("::1", 5674, "p;w")]
