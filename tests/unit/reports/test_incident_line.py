"""Where an incident lies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.reports.incidents import line

PLACES = st.lists(
    st.tuples(st.floats(-6.31, -6.29), st.floats(106.69, 106.71)), min_size=1, max_size=40
)


@given(PLACES.flatmap(lambda places: st.tuples(st.just(places), st.permutations(places))))
def test_a_line_is_of_its_places_in_whatever_order(
    drawn: tuple[list[line.Place], list[line.Place]],
) -> None:
    places, shuffled = drawn
    found = line.through(places)
    assert found == line.through(shuffled) == line.through(places + shuffled)
    assert 1 <= len(found) <= line.MOST_PARTS
    assert line.middle(found) in found
    lats, longs = zip(*places, strict=True)
    for lat, long in found:
        assert min(lats) - 1e-6 <= lat <= max(lats) + 1e-6
        assert min(longs) - 1e-6 <= long <= max(longs) + 1e-6


def test_a_line_goes_along_the_street() -> None:
    street = [(-6.30 + n * 0.0004, 106.70 + n * 0.0004) for n in range(9)]
    found = line.through(street)
    assert found[0] == (-6.3, 106.7) and found[-1] == (-6.2968, 106.7032)
    assert found == sorted(found)


def test_a_line_goes_with_the_traffic() -> None:
    street = line.through([(-6.30, 106.70), (-6.30, 106.71), (-6.299, 106.72)])
    assert line.oriented(street, None) == line.oriented(street, 90) == street
    assert line.oriented(street, 270) == street[::-1]


def test_one_place_is_a_point() -> None:
    assert line.geometry(line.through([(-6.3, 106.7)])) == {
        "type": "Point",
        "coordinates": [106.7, -6.3],
    }
