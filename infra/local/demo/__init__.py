"""`make demo`: the whole life of a report, on a stack of its own whose clock can be moved."""
