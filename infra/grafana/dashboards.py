"""What the dashboards show. Several processes share a database and tell the same of it: max.

python -m infra.grafana.dashboards writes the JSON files anew.
"""

from __future__ import annotations

from infra.grafana.panels import Dashboard, Panel, Unit, write_all

_SLOW = "histogram_quantile({part}, sum by ({by}, le) (rate({name}_bucket{where}[5m])))"


def _slow(name: str, by: str, part: float = 0.95, where: str = "") -> str:
    return _SLOW.format(name=name, by=by, part=part, where=where)


def _rate(name: str, by: str, where: str = "") -> str:
    return f"sum by ({by}) (rate({name}{where}[5m]))"


def _max(name: str, by: str, where: str = "") -> str:
    return f"max by ({by}) ({name}{where})"


REQUESTS = (
    Panel("Requests", ((_rate("kota_http_requests_total", "class"), "{{class}}"),),
          Unit.PER_SECOND),
    Panel("Answers", ((_rate("kota_http_requests_total", "status"), "{{status}}"),),
          Unit.PER_SECOND),
    Panel("Problems by code", ((_rate("kota_http_problems_total", "code, status"),
                                "{{status}} {{code}}"),), Unit.PER_SECOND,
          "What was refused and why: 429, 413, 503 and all others."),
    Panel("Slowest 5 %", ((_slow("kota_http_request_seconds", "class"), "{{class}}"),),
          Unit.SECONDS),
    Panel("In use of what is bounded",
          (("max by (resource) (kota_http_in_use / kota_http_limit)", "{{resource}}"),), Unit.PART),
    Panel("Live streams", (("sum(kota_http_in_use{resource=\"streams\"})", "open"),)),
)  # fmt: skip

OVERVIEW = Dashboard("overview", "Kota Cerdas: overview", (
    ("Now", (
        Panel("Alerts", (('count(ALERTS{alertstate="firing"}) or vector(0)', "firing"),),
              is_number=True),
        Panel("Processes ready", (("sum(kota_ready)", "ready"), ("count(kota_ready)", "of")),
              is_number=True),
        Panel("Requests failing", ((
            'sum(rate(kota_http_requests_total{status=~"5..",route!="GET /readyz"}[5m]))'
            ' / sum(rate(kota_http_requests_total{route!="GET /readyz"}[5m]))', "5xx"),),
            Unit.PART, is_number=True),
    )),
    ("Requests", REQUESTS),
    ("Promises", (
        Panel("Oldest event in the outbox", ((_max("kota_outbox_age_seconds", "job"), "{{job}}"),),
              Unit.SECONDS),
        Panel("From event to effect, slowest 5 %",
              ((_slow("kota_event_delay_seconds", "job, handler"), "{{job}} {{handler}}"),),
              Unit.SECONDS),
        Panel("Parked events",
              ((_max("kota_inbox_events", "job, handler", '{state="parked"}'),
                "{{job}} {{handler}}"),)),
        Panel("Oldest audit row without a seal",
              ((_max("kota_audit_unsealed_age_seconds", "job"), "{{job}}"),), Unit.SECONDS),
        Panel("Alarms late", (("max(kota_alarms_late_seconds)", "late"),), Unit.SECONDS),
        Panel("Oldest e-mail", (("max(kota_mail_queue_age_seconds)", "age"),), Unit.SECONDS),
    )),
    ("Abuse", (
        Panel("Held until a person looks",
              ((_rate("kota_reports_suspected_total", "reason"), "{{reason}}"),), Unit.PER_SECOND),
    )),
    ("Photos", (
        Panel("Uploads", ((_rate("kota_uploads_total", "outcome"), "{{outcome}}"),),
              Unit.PER_SECOND),
        Panel("Time to convert, slowest 5 %",
              (("histogram_quantile(0.95, sum by (le)"
                " (rate(kota_upload_convert_seconds_bucket[5m])))", "convert"),), Unit.SECONDS),
        Panel("Room for files", (("min(kota_files_free_bytes)", "free"),
                                 ("max(kota_files_size_bytes)", "all"),
                                 ("sum(rate(kota_upload_bytes_total[5m]))", "coming in, a second")),
              Unit.BYTES),
    )),
))  # fmt: skip

_ONE = '{job="$job"}'
SERVICE = Dashboard("service", "Kota Cerdas: one service", (
    ("Operations", (
        Panel("Served", ((_rate("kota_operations_total", "operation", _ONE), "{{operation}}"),),
              Unit.PER_SECOND),
        Panel("Not ok", ((_rate("kota_operations_total", "operation, outcome",
                                '{job="$job",outcome!="ok"}'), "{{operation}} {{outcome}}"),),
              Unit.PER_SECOND),
        Panel("Slowest 5 %", ((_slow("kota_operation_seconds", "operation", where=_ONE),
                               "{{operation}}"),), Unit.SECONDS),
        Panel("Calls to others", ((_rate("kota_rpc_calls_total", "service, way, outcome", _ONE),
                                   "{{service}} {{way}} {{outcome}}"),), Unit.PER_SECOND),
        Panel("Slowest 5 % of calls to others",
              ((_slow("kota_rpc_call_seconds", "service", where=_ONE), "{{service}}"),),
              Unit.SECONDS),
    )),
    ("Processes", (
        Panel("Ready", ((f"kota_ready{_ONE}", "{{instance}}"),), Unit.YES_NO),
        Panel("Checks that fail", ((f"kota_readiness_check{_ONE} == 0",
                                    "{{instance}} {{check}}"),)),
        Panel("Versions", ((f"count by (version) (kota_build_info{_ONE})", "{{version}}"),)),
        Panel("CPU", ((f"rate(process_cpu_seconds_total{_ONE}[5m])", "{{instance}}"),), Unit.PART),
        Panel("Memory", ((f"process_resident_memory_bytes{_ONE}", "{{instance}}"),
                         (f"kota_memory_limit_bytes{_ONE}", "{{instance}} limit"),
                         (f"kota_memory_used_bytes{_ONE}", "{{instance}} container")), Unit.BYTES),
        Panel("Open files", ((f"process_open_fds{_ONE}", "{{instance}}"),)),
    )),
    ("Database", (
        Panel("Connections in use", ((f"kota_database_pool_in_use{_ONE}", "{{instance}} {{pool}}"),
                                     (f"kota_database_pool_size{_ONE}", "{{instance}} {{pool}} of"),
                                     )),
        Panel("Wait for a connection, slowest 5 %",
              ((_slow("kota_database_pool_wait_seconds", "pool", where=_ONE), "{{pool}}"),),
              Unit.SECONDS),
        Panel("Connections refused",
              ((_rate("kota_database_pool_refused_total", "pool, reason", _ONE),
                "{{pool}} {{reason}}"),), Unit.PER_SECOND),
        Panel("Size", ((f"max(kota_database_bytes{_ONE})", "database"),), Unit.BYTES),
        Panel("Failed background steps",
              ((_rate("kota_background_failures_total", "loop", _ONE), "{{loop}}"),),
              Unit.PER_SECOND),
        Panel("Since the last good step",
              ((f"time() - max by (loop) (kota_background_last_success_timestamp_seconds{_ONE})",
                "{{loop}}"),), Unit.SECONDS),
    )),
    ("Traces", (
        Panel("Spans sent", ((_rate("kota_spans_sent_total", "job", _ONE), "{{job}}"),),
              Unit.PER_SECOND),
        Panel("Spans given up", ((_rate("kota_spans_dropped_total", "reason", _ONE),
                                  "{{reason}}"),), Unit.PER_SECOND),
    )),
), per_job=True)  # fmt: skip

EVENTS = Dashboard("events", "Kota Cerdas: events and audit", (
    ("Out", (
        Panel("Published", ((_rate("kota_events_published_total", "job"), "{{job}}"),),
              Unit.PER_SECOND),
        Panel("In the outbox", ((_max("kota_outbox_events", "job"), "{{job}}"),)),
        Panel("Oldest in the outbox", ((_max("kota_outbox_age_seconds", "job"), "{{job}}"),),
              Unit.SECONDS),
        Panel("Reached no queue", ((_rate("kota_events_returned_total", "job"), "{{job}}"),),
              Unit.PER_SECOND),
        Panel("Who publishes", (("kota_relay_leading == 1", "{{job}} {{instance}}"),)),
    )),
    ("In", (
        Panel("Handled", ((_rate("kota_events_handled_total", "handler, outcome"),
                           "{{handler}} {{outcome}}"),), Unit.PER_SECOND),
        Panel("Time to handle, slowest 5 %", ((_slow("kota_event_seconds", "handler"),
                                               "{{handler}}"),), Unit.SECONDS),
        Panel("From event to effect, slowest 5 %",
              ((_slow("kota_event_delay_seconds", "handler"), "{{handler}}"),), Unit.SECONDS),
        Panel("Failed and tried again",
              ((_rate("kota_event_failures_total", "handler"), "{{handler}} failed"),
               (_rate("kota_event_retries_total", "handler"), "{{handler}} again")),
              Unit.PER_SECOND),
        Panel("Waiting and parked", ((_max("kota_inbox_events", "handler, state"),
                                      "{{handler}} {{state}}"),)),
        Panel("Unreadable", ((_rate("kota_dead_letters_total", "handler"), "{{handler}}"),),
              Unit.PER_SECOND),
    )),
    ("Audit", (
        Panel("Rows sealed", ((_rate("kota_audit_rows_sealed_total", "job"), "{{job}}"),),
              Unit.PER_SECOND),
        Panel("Rows without a seal", ((_max("kota_audit_unsealed_rows", "job"), "{{job}}"),)),
        Panel("Oldest of them", ((_max("kota_audit_unsealed_age_seconds", "job"), "{{job}}"),),
              Unit.SECONDS),
    )),
    ("Broker", (
        Panel("Messages ready", ((_max("rabbitmq_detailed_queue_messages_ready", "queue"),
                                  "{{queue}}"),)),
        Panel("Memory and disk", (("rabbitmq_process_resident_memory_bytes", "memory"),
                                  ("rabbitmq_disk_space_available_bytes", "disk left"),
                                  ("rabbitmq_disk_space_available_limit_bytes", "disk limit")),
              Unit.BYTES),
        Panel("Calls go over the broker", (('kota_rpc_link_up{job=~"gateway|notify"}',
                                            "{{job}} {{instance}}"),), Unit.YES_NO),
        Panel("Connections", (("rabbitmq_connections", "connections"),
                              ("rabbitmq_channels", "channels"))),
    )),
))  # fmt: skip

MAIL_AND_TERMS = Dashboard("mail-and-terms", "Kota Cerdas: mail and terms", (
    ("E-mail", (
        Panel("Attempts", ((_rate("kota_mail_attempts_total", "outcome"), "{{outcome}}"),),
              Unit.PER_SECOND),
        Panel("Not to be sent", ((_rate("kota_mail_skipped_total", "reason"), "{{reason}}"),),
              Unit.PER_SECOND),
        Panel("Queue", (("max(kota_mail_queue_messages)", "messages"),)),
        Panel("Oldest message", (("max(kota_mail_queue_age_seconds)", "age"),), Unit.SECONDS),
        Panel("Mail server away",
              (('sum(rate(kota_background_failures_total{loop="deliver_mail"}[5m]))', "failures"),),
              Unit.PER_SECOND),
    )),
    ("Terms", (
        Panel("Alarms that rang", ((_rate("kota_alarms_rung_total", "alarm"), "{{alarm}}"),),
              Unit.PER_SECOND),
        Panel("Alarms due", (("max(kota_alarms_due)", "due"),)),
        Panel("Late", (("max(kota_alarms_late_seconds)", "late"),), Unit.SECONDS),
        Panel("Alarms that failed", (("sum(rate(kota_alarms_failed_total[5m]))", "failed"),),
              Unit.PER_SECOND),
    )),
    ("Logins", (
        Panel("Logins", ((_rate("kota_operations_total", "outcome", '{operation="issue_token"}'),
                          "{{outcome}}"),), Unit.PER_SECOND),
    )),
))  # fmt: skip

DASHBOARDS = (OVERVIEW, SERVICE, EVENTS, MAIL_AND_TERMS)

if __name__ == "__main__":
    write_all(DASHBOARDS)
