"""The city pack: everything that differs from city to city, loaded from one directory.

    city = load_city("infra/city/tangsel")
    area = city.areas.at(-6.32, 106.67)      # None outside the city
    due = city.calendar.add_working_days(today, 3)

A pack with mistakes raises CityPackInvalid, which names the file and line of each. What belongs to
one service is loaded by that service (`services/{reports,permits,notify}/city.py`) with the same
machinery. The files are described in `infra/city/README.md`.
"""

from services.chassis.city.answers import answers_schema, clean_answers
from services.chassis.city.areas import Area, AreaIndex, distance_km
from services.chassis.city.attributes import Attribute, AttributeSchema, Choice, check_attributes
from services.chassis.city.calendar import Holiday, WorkingCalendar
from services.chassis.city.loader import Declared, load_city, load_or_exit, read_city
from services.chassis.city.model import Agency, City, EscalationStep, LegalBasis
from services.chassis.city.pack import Pack
from services.chassis.city.problems import CityPackInvalid, Problem

__all__ = [
    "Agency",
    "Area",
    "AreaIndex",
    "Attribute",
    "AttributeSchema",
    "Choice",
    "City",
    "CityPackInvalid",
    "Declared",
    "EscalationStep",
    "Holiday",
    "LegalBasis",
    "Pack",
    "Problem",
    "WorkingCalendar",
    "answers_schema",
    "check_attributes",
    "clean_answers",
    "distance_km",
    "load_city",
    "load_or_exit",
    "read_city",
]
