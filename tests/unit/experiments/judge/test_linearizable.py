"""The checker of one register: known-bad histories, and every small history against a search through all orders."""

from itertools import permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seakeep.experiments.history import ABSENT, Op
from seakeep.experiments.judge.linearizable import violations


def write(value: str, begin: float, end: float, outcome: str = "ok") -> Op:
    return Op(t=begin, end=end, who="w", verb="update", key="k", outcome=outcome, value=value)


def read(value: str, begin: float, end: float) -> Op:
    return Op(t=begin, end=end, who="r", verb="read", key="k", outcome="ok", value=value)


GOOD = {
    "nothing at all": [],
    "one after the other": [write("a", 0, 1), read("a", 2, 3), write("b", 4, 5), read("b", 6, 7)],
    "a read beside a write sees the old": [write("a", 0, 1), write("b", 2, 5), read("a", 3, 4), read("b", 6, 7)],
    "a read beside a write sees the new": [write("a", 0, 1), write("b", 2, 5), read("b", 3, 4)],
    "the beginning is empty": [read(ABSENT, 0, 1), write("a", 2, 3), read("a", 4, 5)],
    "two writes side by side, the later one first": [
        write("a", 0, 9), write("b", 1, 8), read("b", 2, 3), read("a", 4, 5),
    ],
    "an ambiguous write that nobody saw": [write("a", 0, 1), write("b", 2, 3, "ambiguous"), read("a", 4, 5)],
    "an ambiguous write that landed late": [
        write("a", 0, 1), write("b", 2, 3, "ambiguous"), read("a", 4, 5), read("b", 6, 7), read("b", 8, 9),
    ],
    "a refused write that nobody saw": [write("a", 0, 1), write("b", 2, 3, "refused"), read("a", 4, 5)],
}  # fmt: skip

BAD = {
    "a stale read": [write("a", 0, 1), write("b", 2, 3), read("a", 4, 5)],
    "a lost write": [write("a", 0, 1), read(ABSENT, 2, 3)],
    "a read that goes back": [write("a", 0, 1), write("b", 2, 9), read("b", 3, 4), read("a", 5, 6)],
    "two readers that disagree on the order": [
        write("a", 0, 9), write("b", 0, 9), read("a", 1, 2), read("b", 3, 4), read("a", 5, 6),
    ],
    "a value from nowhere": [write("a", 0, 1), read("x", 2, 3)],
    "a value from the future": [read("a", 0, 1), write("a", 2, 3)],
    "a refused write that was read": [write("a", 0, 1, "refused"), read("a", 2, 3)],
    "an ambiguous write that was there and went": [
        write("a", 0, 1), write("b", 2, 3, "ambiguous"), read("b", 4, 5), read("a", 6, 7),
    ],
    "a write swallowed between reads of an older one": [
        write("a", 0, 1), read("a", 2, 3), write("b", 4, 5), read("a", 6, 7),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_what_can_have_happened(name) -> None:
    assert violations(GOOD[name]) == ()
    assert possible(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_have_happened(name) -> None:
    assert violations(BAD[name])
    assert not possible(BAD[name])


def test_a_violation_says_what_was_seen_and_when() -> None:
    (text,) = violations(BAD["a value from nowhere"])

    assert text == "k: 'x' was read at 3.000 s and never written"


def possible(ops: list[Op]) -> bool:
    """Whether any order explains the history: each operation between its begin and its end, each read seeing the last
    write before it. Tries them all."""
    certain = [op for op in ops if op.outcome == "ok"]
    perhaps = [op for op in ops if op.outcome == "ambiguous"]
    for mask in range(1 << len(perhaps)):
        chosen = certain + [op for bit, op in enumerate(perhaps) if mask >> bit & 1]
        if any(explains(order) for order in permutations(chosen)):
            return True
    return False


def explains(order: tuple[Op, ...]) -> bool:
    now = ABSENT
    latest = float("-inf")
    for op in order:
        latest = max(latest, op.t)
        if op.outcome == "ok" and op.end < latest:
            return False
        if op.verb == "read" and op.value != now:
            return False
        if op.verb != "read":
            now = op.value
    return True


@st.composite
def histories(draw) -> list[Op]:
    """Up to six operations with different moments; values mostly from what is written."""
    count = draw(st.integers(1, 6))
    moments = draw(st.permutations(range(2 * count)))
    ops = []
    for number in range(count):
        begin, end = sorted(moments[2 * number : 2 * number + 2])
        if draw(st.booleans()):
            ops.append(write(f"v{number}", begin, end, draw(st.sampled_from(["ok", "ok", "ambiguous", "refused"]))))
        else:
            ops.append(read(draw(st.sampled_from([ABSENT, *(f"v{n}" for n in range(count))])), begin, end))
    return ops


@given(histories())
@example(BAD["two readers that disagree on the order"])
@settings(max_examples=150, deadline=None)
def test_it_agrees_with_a_search_through_all_orders(ops) -> None:
    assert (violations(ops) == ()) == possible(ops)


def test_thousands_of_operations_take_no_time() -> None:
    ops = []
    for number in range(5000):
        ops += [write(f"v{number}", number, number + 0.5), read(f"v{number}", number + 0.6, number + 0.9)]

    assert violations(ops) == ()
    assert violations([*ops, read("v17", 6000, 6001)])
