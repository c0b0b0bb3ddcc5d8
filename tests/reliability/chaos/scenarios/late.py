"""27: events commit later than others that took their numbers after them."""

from __future__ import annotations

from tests.reliability.chaos.scenario import Fault, Run, Scenario
from tests.reliability.databases import change, connected

SECONDS = 30
QUICK_SECONDS = 6
# the number is taken; others may commit meanwhile
_LATE = """
CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_sleep(random() * 0.1);
  RETURN NEW;
END $$;
CREATE TRIGGER late AFTER INSERT ON chassis.outbox FOR EACH ROW EXECUTE FUNCTION late()"""
_ON_TIME = "DROP TRIGGER late ON chassis.outbox; DROP FUNCTION late"


def late(seconds: float) -> Fault:
    """Every event of reports takes its number up to 0.1 s before it commits."""

    def fault(run: Run) -> None:
        with connected(run.world.stack, "reports", owner=True) as reports:
            change(reports, _LATE)
            try:
                run.let_it_run(seconds)
            finally:
                change(reports, _ON_TIME)
        run.note(f"for {seconds:.0f} s events committed up to 0.1 s after they took their numbers")

    return fault


SCENARIOS = [Scenario(27, "events commit late", late(SECONDS), quick=late(QUICK_SECONDS))]
