"""Small counts do not follow from what is shown."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.reports.bridges import bridges
from services.reports.suppression import ALL, FEWEST, shown

STATES = ("a", "b", "c")
# mostly large ones: where all are small, all are kept back
LARGE = st.integers(FEWEST, 60)
COUNTS = st.one_of(LARGE, LARGE, LARGE, st.integers(0, 6))
TABLES = st.lists(st.tuples(*[COUNTS] * len(STATES)), min_size=0, max_size=4)
Table = dict[str, dict[str, int]]


def table(rows: list[tuple[int, ...]]) -> Table:
    groups = {f"g{n}": dict(zip(STATES, row, strict=True)) for n, row in enumerate(rows)}
    groups[ALL] = {state: sum(group[state] for group in groups.values()) for state in STATES}
    return {name: group | {ALL: sum(group.values())} for name, group in groups.items()}


def equations(counts: Table) -> list[dict[tuple[str, str], int]]:
    """What everybody knows: parts add up to their whole. Coefficients that give zero."""
    groups = [row for row in counts if row != ALL]
    by_row = [{(row, c): -1 if c == ALL else 1 for c in (*STATES, ALL)} for row in counts]
    by_column = [{(row, c): 1 for row in groups} | {(ALL, c): -1} for c in (*STATES, ALL) if groups]
    return by_row + by_column


def follows(counts: Table, hidden: list[tuple[str, str]], wanted: set[tuple[str, str]]) -> bool:
    """Whether the sum of `wanted` is a linear consequence of what is shown."""
    known = np.array([[eq.get(cell, 0) for cell in hidden] for eq in equations(counts)])
    asked = np.array([[int(cell in wanted) for cell in hidden]])
    rank = np.linalg.matrix_rank
    return bool(rank(known) == rank(np.vstack([known, asked])))


def small(count: int) -> bool:
    return 0 < count < FEWEST


@given(TABLES)
def test_no_small_count_is_shown_or_follows(rows: list[tuple[int, ...]]) -> None:
    counts = table(rows)
    found = shown(counts)
    hidden = [(r, c) for r, line in found.items() for c, count in line.items() if count is None]
    for row, line in found.items():
        for column, count in line.items():
            assert count in (None, counts[row][column])
            assert count is None or count >= FEWEST
    for row, column in hidden:
        if small(counts[row][column]):
            assert not follows(counts, hidden, {(row, column)}), (row, column)


@given(TABLES)
def test_no_small_sum_of_a_line_follows(rows: list[tuple[int, ...]]) -> None:
    counts = table(rows)
    found = shown(counts)
    for equation in equations(counts):
        (whole,) = [cell for cell, sign in equation.items() if sign == -1]
        parts = [cell for cell in equation if cell != whole]
        rest = [counts[r][c] for r, c in parts if found[r][c] is None]
        if found[whole[0]][whole[1]] is not None:
            assert not small(sum(rest)), (whole, rest)


@given(TABLES, TABLES)
def test_tables_that_share_all_together_agree(
    rows: list[tuple[int, ...]], others: list[tuple[int, ...]]
) -> None:
    """By agency and by month the same is kept back of what stands in both."""
    one = table(rows)
    whole = {state: one[ALL][state] for state in STATES}
    split = {"g0": {s: n // 2 for s, n in whole.items()},
             "g1": {s: n - n // 2 for s, n in whole.items()}}  # fmt: skip
    other = {name: group | {ALL: sum(group.values())} for name, group in split.items()}
    assert shown(other | {ALL: one[ALL]})[ALL] == shown(one)[ALL]


def test_what_needs_no_keeping_back_is_shown() -> None:
    counts = table([(5, 6, 7), (10, 20, 30)])
    assert shown(counts) == counts


def test_one_small_count_takes_others_with_it() -> None:
    found = shown(table([(3, 20, 30), (40, 50, 60), (70, 80, 90)]))
    assert found["g0"] == {"a": None, "b": None, "c": 30, ALL: 53}
    assert found["g1"] == {"a": None, "b": None, "c": 60, ALL: 150}
    assert found["g2"][ALL] == 240 and found[ALL][ALL] == 443


EDGES = st.sets(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), max_size=12)


def joined(edges: set[tuple[str, str]], edge: tuple[str, str]) -> bool:
    """Whether its ends are joined by the others, looked for step by step."""
    met, grows = {("left", edge[0])}, True
    others = [{("left", left), ("right", right)} for left, right in edges - {edge}]
    while grows:
        grows = False
        for ends in others:
            if met & ends and not ends <= met:
                met |= ends
                grows = True
    return ("right", edge[1]) in met


@given(EDGES)
def test_bridges_are_what_nothing_else_joins(edges: set[tuple[str, str]]) -> None:
    assert set(bridges(edges)) == {edge for edge in edges if not joined(edges, edge)}
