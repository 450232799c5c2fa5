"""A state folder that is behind what the cluster itself has kept: another operator has worked since."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.phases.world import World

from seakeep.core.errors import RefusedError
from seakeep.core.progress import Silent
from seakeep.design.known import Known, finished
from seakeep.design.model import Role
from seakeep.facts import roster as roster_fact
from seakeep.flows import nodes, recover
from seakeep.flows.view import observe
from seakeep.state import pki, roster

from .test_observe import living
from .world import FakeSession, no_api


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, message: Any) -> None:
        self.said.append(str(message))


def keep(session: FakeSession, known: Known, *names: str, text: bytes | None = None) -> None:
    """The machines have this copy."""
    for name in names:
        content = roster.copy(session.design.name, known) if text is None else text
        box = World.converged().boxes[name]
        state = replace(box.files[roster.PATH], sha256=hashlib.sha256(content).hexdigest())
        box.files[roster.PATH] = state
        session.raw[name]["files"] = box.facts().raw["files"]
        session.raw[name]["roster"] = content


@pytest.fixture
async def session(tmp_path: Path) -> FakeSession:
    made = await living(tmp_path, no_api)
    made.known = finished(None, made.design)
    made.progress = Notes()
    return made


def without(known: Known | None, *names: str) -> Known:
    assert known is not None
    return replace(known, machines=tuple(each for each in known.machines if each.name not in names))


def asked(session: FakeSession) -> list[list[str]]:
    return [names for fact, names in session.asked if fact == roster_fact.FACT.id]


async def test_equal_copies_are_not_asked_for(session: FakeSession) -> None:
    keep(session, finished(None, session.design), "a-cp1", "b-cp1", "c-cp1")
    await observe(session)
    assert asked(session) == []
    assert [fact for fact, _ in session.asked].count("files") == 1


async def test_the_newest_copy_is_judged_by_and_told(session: FakeSession) -> None:
    """The other operator took b-lb1 out; an older copy of a machine that was away does not count."""
    before = session.known
    theirs = replace(without(before, "b-lb1"), serial=9)
    keep(session, theirs, "a-cp1", "c-cp1")
    keep(session, replace(without(before, "a-lb1"), serial=1), "b-cp1")
    await observe(session)
    assert asked(session) == [["a-cp1", "b-cp1"]]
    assert session.known is not None
    assert session.known.machine("b-lb1") is None
    assert session.known.machine("a-lb1") == session.design.machine("a-lb1")
    (note,) = [each for each in session.progress.said if "behind" in each]  # type: ignore[attr-defined]
    assert "a-cp1:/var/lib/seakeep/roster.json is judged by; gone: b-lb1" in note
    session.keep_known()
    assert roster.read(session.state) == session.known


async def test_a_machine_that_only_the_other_operator_knows_leaves_where_the_file_lacks_it(
    session: FakeSession,
) -> None:
    known = session.known
    assert known is not None
    other = replace(known.with_role(Role.LOAD_BALANCER)[0], name="x-lb9")
    keep(session, replace(known, machines=(*known.machines, other), serial=9), "a-cp1", "b-cp1", "c-cp1")
    await observe(session)
    assert [each.name for each in session.leaving] == ["x-lb9"]
    assert session.leaving[0].ssh == session.design.machines[0].ssh
    assert [names for fact, names in session.asked if fact == "leftovers"][-1] == ["x-lb9"]


async def test_an_older_damaged_or_foreign_copy_changes_nothing(session: FakeSession) -> None:
    before = session.known
    keep(session, replace(without(before, "b-lb1"), serial=1), "a-cp1")
    keep(
        session,
        replace(without(before, "b-lb1"), serial=9),
        "b-cp1",
        text=roster.copy("other", without(before, "b-lb1")),
    )
    keep(session, replace(without(before, "b-lb1"), serial=9), "c-cp1", text=b"{")
    await observe(session)
    assert session.known is before


async def test_a_folder_without_a_roster_takes_the_copy(session: FakeSession) -> None:
    session.known = None
    session.answer = lambda method, path: (200, {"items": []}) if "?" in path else (404, {})
    keep(session, finished(None, session.design), "a-cp1", "b-cp1", "c-cp1")
    await observe(session)
    assert session.known == finished(None, session.design)


async def test_what_comes_or_goes_is_judged_by_the_newest(session: FakeSession) -> None:
    """b-worker1 is known to this folder alone: the other operator has taken it out already."""
    keep(session, replace(without(session.known, "b-worker1"), serial=9), "a-cp1", "b-cp1", "c-cp1")
    with pytest.raises(RefusedError, match="b-worker1 was never part of the cluster"):
        await nodes.replace(session, "b-worker1", lambda _: True)


async def test_recover_takes_the_copy_and_needs_no_api(session: FakeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """A load balancer that is in no file any more is in neither etcd nor the API: only the copy has it."""
    monkeypatch.setattr(pki, "lost", lambda *_: ())
    known = finished(None, session.design)
    session.known = None
    session.no_way = AssertionError("nobody asks the API")
    keep(session, replace(known, serial=4), "b-cp1")
    keep(session, replace(known, serial=3), "a-cp1")
    session.design = replace(
        session.design, machines=tuple(each for each in session.design.machines if each.name != "b-lb1")
    )
    (value,) = (await recover.recover(session)).values
    assert value.source.startswith("b-cp1:/var/lib/seakeep/roster.json: ")
    found = roster.read(session.state)
    assert found is not None
    balancer = found.machine("b-lb1")
    assert balancer is not None
    assert (balancer.address, balancer.roles) == (known.machine("b-lb1").address, known.machine("b-lb1").roles)  # type: ignore[union-attr]


async def test_a_machine_that_leaves_and_does_not_answer_is_told_of_before_anybody_is_asked(
    session: FakeSession,
) -> None:
    """A load balancer that is only cut off goes on holding the VIP, unless it is fenced. Workers are not."""
    session.leaving = tuple(session.design.machine(name) for name in ("b-lb1", "b-worker1", "a-worker1"))
    del session.raw["b-lb1"], session.raw["b-worker1"]
    await observe(session)
    said = [each for each in session.progress.said if "left as it is" in each]  # type: ignore[attr-defined]
    assert [each.partition(" ")[0] for each in said] == ["b-lb1", "b-worker1"]
    assert "and fenced: API servers and etcd refuse 10.77.2.31 from now on; with no API server to reach it" in said[0]
    assert said[0].endswith("(no route)")
    assert "fenced" not in said[1]
    assert [(each.name, str(each.address)) for each in session.design.fences] == [("b-lb1", "10.77.2.31")]
