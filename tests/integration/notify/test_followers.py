"""Who follows a report: what was said last counts, whenever it is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.chassis.call import Call
from services.chassis.database import Database
from services.chassis.ids import new_id
from services.chassis.principal import SYSTEM
from services.chassis.unit_of_work import UnitOfWork
from services.notify import repository
from tests.integration.calling import Caller
from tests.integration.conftest import Urls

REPORT = new_id()
PERSON = "somebody"


@pytest.fixture
def notify(make_database: Callable[[str], Urls]) -> Iterator[Caller]:
    database = Database(make_database("notify")[0], size=1)
    yield Caller(database)
    database.close()


def hear(caller: Caller, following: bool, serial: int | None) -> None:
    told = {"report_id": REPORT, "person": PERSON, "following": following}
    with caller.database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM))
        more = {} if serial is None else {"serial": serial}
        repository.keep_follower(work, told | more, "digest")
        work.commit()


def follows(caller: Caller) -> bool:
    return bool(caller.rows("SELECT 1 FROM follower WHERE report_id = %(id)s", {"id": REPORT}))


@pytest.mark.parametrize("last", [True, False])
def test_an_earlier_word_does_not_win(notify: Caller, last: bool) -> None:
    hear(notify, last, 3)
    assert follows(notify) == last
    hear(notify, not last, 2)
    assert follows(notify) == last
    hear(notify, not last, 4)
    assert follows(notify) != last


def test_words_without_a_serial_are_taken_as_they_come(notify: Caller) -> None:
    """A version of reports that does not count runs beside one that does."""
    hear(notify, True, 5)
    hear(notify, False, None)
    assert not follows(notify)
    hear(notify, True, 4)
    assert not follows(notify)
    hear(notify, True, 6)
    assert follows(notify)
