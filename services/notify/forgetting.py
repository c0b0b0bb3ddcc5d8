"""Forgetting who reported: nothing here names them any more, and nobody tells them of it.

Which account it was is not said; whoever was told of the report is compared with the digest.
"""

from __future__ import annotations

from services.chassis.envelope import Event
from services.chassis.unit_of_work import UnitOfWork
from services.notify import duplicate_queries, forgetting_repository, mail_repository
from services.notify.domain import guest, person
from services.reports.contract import reporter_digest


def forget_reporter(work: UnitOfWork, event: Event) -> None:
    """Remove all that names a report's reporter, and remember not to begin again.

    Events from before may come later; `silenced` and the serial keep them from bringing it back.
    """
    report_id, digest = event.data["report_id"], event.data["digest"]
    mail_repository.forget_contact(work, guest(report_id))
    forgetting_repository.forget_mail(work, report_id, guest(report_id))
    if digest is None:
        return
    duplicate_queries.alone(work, report_id)
    forgetting_repository.silence(work, report_id, digest, event.data["serial"])
    for account in forgetting_repository.told_people(work, report_id):
        if reporter_digest(report_id, account) == digest:
            forgetting_repository.forget(work, report_id, account, person(account))
            forgetting_repository.forget_mail(work, report_id, person(account))
