"""The relay alone, in a process like a service's: publish so many events of the outbox.

DATABASE_URL=… AMQP_URL=… python -m tests.benchmarks.relaying count; writes {events, seconds, cpu}.
"""

from __future__ import annotations

import json
import os
import sys
import time

import eventlet

eventlet.monkey_patch()

from services.chassis.broker import ConfirmingPublisher  # noqa: E402
from services.chassis.database import Database  # noqa: E402
from services.chassis.relay import Relay  # noqa: E402


def main(count: int) -> None:
    """Publish."""
    database = Database(os.environ["DATABASE_URL"], size=2)
    relay = Relay(database, ConfirmingPublisher(os.environ["AMQP_URL"]))
    # connecting is not what is measured
    published = relay.publish_batch()
    done, began, used = 0, time.perf_counter(), time.process_time()
    while published and done < count:
        published = relay.publish_batch()
        done += published
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    print(json.dumps({"events": done, "seconds": seconds, "cpu": cpu}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
