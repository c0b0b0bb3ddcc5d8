"""The one change of the history: a report's reporter becomes nobody."""

from alembic import op

from services.chassis.migrate import app_role

revision = "reports_0014"
down_revision = "reports_0013"
branch_labels = None
depends_on = None

# the owner's rights, for this one change: the role of the service cannot change the history
FUNCTION = """
CREATE FUNCTION report_history_forget(of_report uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.report_history h
  SET actor = CASE WHEN h.actor = r.reporter THEN 'removed' ELSE h.actor END,
    data = h.data #- '{on_behalf_of,account}'
  FROM public.report r
  WHERE r.id = of_report AND h.report_id = of_report
    AND (h.actor = r.reporter OR h.data #>> '{on_behalf_of,account}' = r.reporter)
$$;
REVOKE ALL ON FUNCTION report_history_forget(uuid) FROM PUBLIC;
"""


def upgrade() -> None:
    """Nobody else gains a right."""
    op.execute(FUNCTION)
    op.execute(f'GRANT EXECUTE ON FUNCTION report_history_forget(uuid) TO "{app_role()}"')


def downgrade() -> None:
    """Nobody could be forgotten any more."""
    raise NotImplementedError
