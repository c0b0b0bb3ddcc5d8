"""A Prometheus configuration for the native stack, whose ports are its own.

python -m infra.prometheus.native [--state FOLDER] > prometheus.yml
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

from infra.local.state import GATEWAYS, ROOT, SERVICES, State

QUEUES = "queue_coarse_metrics"
RULES = ROOT / "infra" / "prometheus" / "alerts" / "*.yml"


def configuration(state: State) -> dict[str, Any]:
    """What Prometheus reads: the jobs of prometheus.yml, with the addresses of this stack."""
    ports = state.ports()
    kept = state.folder / "gateways"
    gateways = int(kept.read_text()) if kept.exists() else GATEWAYS
    broker = [ports["amqp_metrics"]]
    jobs = [
        _job("gateway", [state.admin_port(f"gateway-{number}") for number in range(gateways)]),
        *(_job(name, [state.admin_port(name)]) for name in SERVICES),
    ]
    if not state.given("AMQP_URL"):
        queues = {"metrics_path": "/metrics/detailed", "params": {"family": [QUEUES]}}
        jobs += [_job("rabbitmq", broker), _job("rabbitmq-queues", broker) | queues]
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        "rule_files": [str(RULES)],
        "scrape_configs": jobs,
    }


def _job(name: str, ports: list[int]) -> dict[str, Any]:
    targets = [f"127.0.0.1:{port}" for port in ports]
    return {"job_name": name, "static_configs": [{"targets": targets}]}


def main() -> int:
    """Print the configuration."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--state", type=Path, default=ROOT / ".local", help="the state folder")
    state = State(parser.parse_args().state)
    yaml.safe_dump(configuration(state), sys.stdout, sort_keys=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
