"""Alerts and dashboards: right, tested, explained, and of numbers that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from infra.grafana import panels
from infra.grafana.dashboards import DASHBOARDS
from infra.local.state import ROOT, State
from infra.prometheus import native, table

PROMETHEUS = ROOT / "infra" / "prometheus"
GROUPS = sorted(path.name for path in (PROMETHEUS / "alerts").glob("*.yml"))
NAME = re.compile(r"\b(?:kota|process|rabbitmq)_\w+")


def alerts() -> list[dict[str, Any]]:
    files = [yaml.safe_load((PROMETHEUS / "alerts" / name).read_text()) for name in GROUPS]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def promtool(*arguments: str | Path) -> str:
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True,
                          check=False)  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr


def expressions() -> list[str]:
    boards = [panel for board in DASHBOARDS for _, row in board.rows for panel in row]
    return [rule["expr"] for rule in alerts()] + [e for p in boards for e, _ in p.lines]


def names_in(texts: list[str]) -> set[str]:
    return {name for text in texts for name in NAME.findall(text)}


def test_the_configuration_is_right() -> None:
    assert promtool("check", "config", PROMETHEUS / "prometheus.yml") == ""


@pytest.mark.parametrize("group", GROUPS)
def test_alerts_ring_when_they_should_and_only_then(group: str) -> None:
    assert promtool("test", "rules", PROMETHEUS / "tests" / group) == ""


@pytest.mark.parametrize("group", GROUPS)
def test_every_alert_is_tested_both_ways(group: str) -> None:
    found: dict[str, set[bool]] = {}
    for test in yaml.safe_load((PROMETHEUS / "tests" / group).read_text())["tests"]:
        for case in test["promql_expr_test"]:
            assert f'alertname="{test["name"]}"' in case["expr"]
            found.setdefault(test["name"], set()).add(bool(case["exp_samples"]))
    rules = yaml.safe_load((PROMETHEUS / "alerts" / group).read_text())["groups"]
    wanted = {rule["alert"] for one in rules for rule in one["rules"]}
    assert found == {alert: {True, False} for alert in wanted}


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_every_alert_says_what_it_is_and_where_help_stands(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    said = rule["annotations"]
    assert set(said) == {"summary", "description", "runbook"}
    assert said["runbook"] == f"infra/README.md#alert-{rule['alert'].lower()}"
    assert not said["summary"].endswith(".") and said["description"].endswith(".")


def test_a_rule_that_is_wrong_is_found(tmp_path: Path) -> None:
    for group in GROUPS:
        text = (PROMETHEUS / "alerts" / group).read_text()
        (tmp_path / "alerts").mkdir(exist_ok=True)
        (tmp_path / "alerts" / group).write_text(text.replace("> 60", "> 6000"))
    (tmp_path / "tests").mkdir()
    test = tmp_path / "tests" / "events.yml"
    test.write_text((PROMETHEUS / "tests" / "events.yml").read_text())
    assert "OutboxOld" in promtool("test", "rules", test)


def test_every_expression_can_be_read(tmp_path: Path) -> None:
    # Grafana fills its variables in before it asks
    rules = [
        {"record": f"dashboard:{number}", "expr": expression.replace("$job", "reports")}
        for number, expression in enumerate(expressions())
    ]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}))
    assert promtool("check", "rules", file) == ""


def test_every_metric_that_is_asked_for_exists() -> None:
    ours = table.sample_names(metric for metric, _, _ in table.known().values())
    ours |= table.sample_names(m for m in REGISTRY.collect() if m.name.startswith("process_"))
    asked = {name for name in names_in(expressions()) if not name.startswith("rabbitmq_")}
    assert asked <= ours, asked - ours
    assert len(asked) > 40


def test_every_metric_of_ours_is_shown_somewhere() -> None:
    asked = names_in(expressions())
    for metric, _, _ in table.known().values():
        assert table.sample_names([metric]) & asked, metric.name


def test_labels_are_of_the_source() -> None:
    allowed = {
        "alarm", "check", "class", "code", "handler", "loop", "operation", "outcome", "pool",
        "reason", "resource", "route", "service", "state", "status", "version", "way",
    }  # fmt: skip
    for metric, labels, _ in table.known().values():
        assert set(labels) <= allowed, metric.name


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda board: str(board.uid))
def test_the_dashboards_are_those_of_the_source(dashboard: panels.Dashboard) -> None:
    file = panels.FOLDER / f"{dashboard.uid}.json"
    assert file.read_text() == panels.written(dashboard), "make docs"
    shown = [panel for panel in dashboard.data()["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in dashboard.data()["panels"]}) == len(
        dashboard.data()["panels"]
    )
    for panel in shown:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24 and panel["targets"]


def test_there_is_no_dashboard_of_yesterday() -> None:
    kept = {path.stem for path in panels.FOLDER.glob("*.json")}
    assert kept == {dashboard.uid for dashboard in DASHBOARDS}


def test_grafana_is_given_what_the_dashboards_name() -> None:
    folder = ROOT / "infra" / "grafana" / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"]
    named = {t["datasource"]["uid"] for d in DASHBOARDS for p in d.data()["panels"]
             for t in p.get("targets", [])}  # fmt: skip
    assert named == {source["uid"]}


def test_the_table_of_metrics_is_the_codes() -> None:
    text = table.README.read_text()
    assert table.written(text) == text, "make docs"
    assert "`kota_outbox_age_seconds`" in text


def test_natively_the_same_jobs_are_asked(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.prepare()
    (tmp_path / "gateways").write_text("3")
    found = native.configuration(state)
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(found))
    assert promtool("check", "config", tmp_path / "prometheus.yml") == ""
    compose = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
    jobs = {job["job_name"]: job for job in found["scrape_configs"]}
    assert set(jobs) | {"prometheus"} == {job["job_name"] for job in compose}
    assert len(jobs["gateway"]["static_configs"][0]["targets"]) == 3


def test_the_handbook_says_what_to_do_about_each_alert_and_no_other() -> None:
    handbook = (PROMETHEUS.parent / "README.md").read_text().splitlines()
    prefix = "### Alert: "
    explained = [line.removeprefix(prefix) for line in handbook if line.startswith(prefix)]
    assert sorted(explained) == sorted(rule["alert"] for rule in alerts())
