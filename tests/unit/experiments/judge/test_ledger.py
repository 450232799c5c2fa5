"""The ledger: what counts as lost, as returned, and what may be either."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seakeep.experiments.history import ABSENT, Final, FinalEnd, Op
from seakeep.experiments.judge.ledger import judge


def op(verb: str, value: str, outcome: str = "ok", *, t: float = 0.0, version: int = 0, key: str = "k") -> Op:
    return Op(t=t, end=t + 0.1, who="w", verb=verb, key=key, outcome=outcome, value=value, version=version)


def found(*values: str, target: str = "endpoint", keys: str = "k") -> tuple[list[Final], list[FinalEnd]]:
    finals = [Final(t=9, target=target, key=key, value=v, version=9) for key, v in zip(keys, values, strict=False) if v]
    return finals, [FinalEnd(t=9, target=target, objects=len(finals))]


def story(*steps: tuple[str, str, str]) -> list[Op]:
    return [op(verb, value, outcome, t=float(n), version=n + 1) for n, (verb, value, outcome) in enumerate(steps)]


CREATED = ("create", "a", "ok")
CASES = {
    "there": ((CREATED,), "a", ""),
    "gone": ((CREATED,), ABSENT, "lost"),
    "an older value": ((CREATED, ("update", "b", "ok")), "a", "lost"),
    "deleted and gone": ((CREATED, ("delete", ABSENT, "ok")), ABSENT, ""),
    "deleted and back": ((CREATED, ("delete", ABSENT, "ok")), "a", "returned"),
    "ambiguous update, old": ((CREATED, ("update", "b", "ambiguous")), "a", ""),
    "ambiguous update, new": ((CREATED, ("update", "b", "ambiguous")), "b", ""),
    "ambiguous update, gone": ((CREATED, ("update", "b", "ambiguous")), ABSENT, "lost"),
    "ambiguous delete, there": ((CREATED, ("delete", ABSENT, "ambiguous")), "a", ""),
    "ambiguous delete, gone": ((CREATED, ("delete", ABSENT, "ambiguous")), ABSENT, ""),
    "refused update, old": ((CREATED, ("update", "b", "refused")), "a", ""),
    "refused update, new": ((CREATED, ("update", "b", "refused")), "b", "lost"),
    "acknowledged after an ambiguity": ((CREATED, ("update", "b", "ambiguous"), ("update", "c", "ok")), "b", "lost"),
    "ambiguous create, there": ((("create", "a", "ambiguous"),), "a", ""),
    "ambiguous create, not there": ((("create", "a", "ambiguous"),), ABSENT, ""),
    "never acknowledged, another value": ((("create", "a", "ambiguous"),), "z", "lost"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_may_be_there_at_the_end(name) -> None:
    steps, final, wrong = CASES[name]

    judged = judge(story(*steps), *found(final))

    assert {"lost": bool(judged.lost), "returned": bool(judged.returned)} == {
        "lost": wrong == "lost",
        "returned": wrong == "returned",
    }


def test_a_loss_names_the_object_what_was_acknowledged_when_and_what_is_there_now() -> None:
    (text,) = judge(story(CREATED, ("update", "b", "ok")), *found("a")).lost

    assert text == "k: 'b' was acknowledged at 1.100 s, found 'a' (endpoint)"


def test_every_server_is_held_to_it() -> None:
    finals, ends = found("a")
    others, more = found(ABSENT, target="b-cp1")

    judged = judge(story(CREATED), [*finals, *others], [*ends, *more])

    assert [text.rpartition("(")[2] for text in judged.lost] == ["b-cp1)"]


def test_an_end_that_could_not_be_read_is_not_a_loss() -> None:
    judged = judge(story(CREATED), [], [FinalEnd(t=9, target="endpoint", error="no answer")])

    assert judged.wrong == ()
    assert judged.unread == ("endpoint: no answer", "nothing was read after healing")


def test_a_read_of_something_older_is_stale() -> None:
    ops = story(CREATED, ("update", "b", "ok"), ("read", "a", "ok"))

    (text,) = judge(ops, *found("b")).stale

    assert "read 'a' at 2.100 s; 'b' had been acknowledged at 1.100 s" in text


def test_versions_never_go_back() -> None:
    ops = [op("create", "a", version=10), op("update", "b", t=1, version=9)]

    assert judge(ops, *found("b")).backwards
    assert judge([op("create", "a", version=10), op("update", "b", t=1, version=10)], *found("b")).backwards


def test_totals_count_writes_only() -> None:
    ops = story(CREATED, ("read", "a", "ok"), ("update", "b", "ambiguous"), ("update", "c", "refused"))
    totals = judge([*ops, op("delete", ABSENT, t=9, version=0)], *found(ABSENT)).totals

    assert (totals.acknowledged, totals.ambiguous, totals.refused, totals.deletes, totals.keys) == (2, 1, 1, 1, 1)


@given(
    st.lists(
        st.tuples(st.sampled_from(["update", "delete"]), st.sampled_from(["ok", "ambiguous", "refused"])), max_size=12
    ),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_a_store_that_keeps_its_word_is_never_accused(steps, data) -> None:
    """A model that carries acknowledged writes out, refused ones not, and ambiguous ones as it likes."""
    now, ops = ABSENT, []
    for number, (verb, outcome) in enumerate(steps):
        value = ABSENT if verb == "delete" else f"v{number}"
        ops.append(op(verb, value, outcome, t=float(number), version=number + 1))
        if outcome == "ok" or (outcome == "ambiguous" and data.draw(st.booleans())):
            now = value

    assert judge(ops, *found(now)).wrong == ()
