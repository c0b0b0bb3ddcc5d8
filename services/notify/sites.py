"""Agencies hear live of the sites that they clean, and of what they owe to one; who follows a site
is told what becomes of it."""

from __future__ import annotations

from services.chassis.envelope import Event
from services.chassis.unit_of_work import UnitOfWork
from services.notify import domain, feed
from services.notify.contract import TELL_OF_SITES
from services.notify.following_things import hear_site
from services.notify.wording import Wording

_HAPPENED = {one.type: one.name for one in TELL_OF_SITES.events}


def tell_of_sites(work: UnitOfWork, event: Event, wording: Wording) -> None:
    """Something happened to a site, or a duty there is nearly late, late, or passed up."""
    site = event.data
    if "duty" not in site:
        audience = domain.agency(site["agency"])
    elif site["tell"] is None:
        audience = domain.agency(site["duty_agency"])
    else:
        audience = domain.leaders(site["duty_agency"], site["tell"])
    feed.add(work, audience, _HAPPENED[event.type], site)
    hear_site(work, event, _HAPPENED[event.type], wording)
