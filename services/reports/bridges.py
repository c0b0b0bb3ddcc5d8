"""What holds a graph together: its bridges (Tarjan 1974)."""

from __future__ import annotations

from collections.abc import Iterable

Edge = tuple[str, str]
_Node = tuple[bool, str]


def bridges(edges: Iterable[Edge]) -> list[Edge]:
    """Those edges between a left and a right side without which something falls apart."""
    walk = _Walk(sorted(edges))
    for node in walk.edges_of:
        if node not in walk.met:
            walk.lowest(node, None)
    return walk.found


def sides(edges: Iterable[Edge], bridge: Edge) -> list[tuple[set[str], set[str]]]:
    """The left and right ends on either side of a bridge."""
    others = [edge for edge in edges if edge != bridge]
    return [_reached(others, {bridge[0]}, set()), _reached(others, set(), {bridge[1]})]


def _reached(edges: list[Edge], left: set[str], right: set[str]) -> tuple[set[str], set[str]]:
    known = 0
    while known < len(left) + len(right):
        known = len(left) + len(right)
        for one, other in edges:
            if one in left or other in right:
                left.add(one)
                right.add(other)
    return left, right


class _Walk:
    """Depth first. met: when each node was. found: the bridges so far."""

    def __init__(self, edges: list[Edge]) -> None:
        self.edges_of: dict[_Node, list[tuple[_Node, Edge]]] = {}
        self.met: dict[_Node, int] = {}
        self.found: list[Edge] = []
        for edge in edges:
            left, right = (False, edge[0]), (True, edge[1])
            self.edges_of.setdefault(left, []).append((right, edge))
            self.edges_of.setdefault(right, []).append((left, edge))

    def lowest(self, node: _Node, came_by: Edge | None) -> int:
        """When the earliest node was met to which a way leads from here, other than back."""
        self.met[node] = low = len(self.met)
        for neighbour, edge in self.edges_of[node]:
            if edge != came_by:
                low = min(low, self._beyond(node, neighbour, edge))
        return low

    def _beyond(self, node: _Node, neighbour: _Node, edge: Edge) -> int:
        if neighbour in self.met:
            return self.met[neighbour]
        low = self.lowest(neighbour, edge)
        if low > self.met[node]:
            self.found.append(edge)
        return low
