"""What status and doctor say of the broker's users."""

from __future__ import annotations

import json
from pathlib import Path

from infra.kota import looking
from infra.kota.deployment import SERVICES, Deployment
from infra.kota.doctor import running

PROCESSES = (*SERVICES, "gateway-0")


def native(folder: Path, users: dict[str, str]) -> Deployment:
    (folder / "environment").mkdir()
    for process, user in users.items():
        told = {"AMQP_URL": f"amqp://{user}:{user[::-1]}@127.0.0.1:5672/"}
        (folder / "environment" / f"{process}.json").write_text(json.dumps(told))
    return Deployment({"KOTA_STATE": str(folder)})


def test_each_process_is_a_user(tmp_path: Path) -> None:
    found = looking.broker_users(native(tmp_path, {name: name for name in PROCESSES}))
    assert found["mode"] == "each" and found["users"]["gateway-0"] == "gateway-0"
    assert list(running.broker_users(found)) == []


def test_one_user_for_all_is_told(tmp_path: Path) -> None:
    found = looking.broker_users(native(tmp_path, dict.fromkeys(PROCESSES, "somebody")))
    assert found["mode"] == "one"
    (told,) = running.broker_users(found)
    assert not told.is_problem and "RABBITMQ_MANAGEMENT_URL" in told.remedy


def test_elsewhere_it_is_not_known(tmp_path: Path) -> None:
    found = looking.broker_users(Deployment({"KOTA_STATE": str(tmp_path)}))
    assert found == {} and list(running.broker_users(found)) == []
