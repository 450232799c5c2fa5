"""Names that there are not, and what is said of them."""

from dataclasses import replace
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from tests.unit.flows.test_newest import living

from seakeep.core.errors import Exit, RefusedError, SeakeepError, SpecError, UsageError
from seakeep.core.meant import meant
from seakeep.core.progress import Silent
from seakeep.design.known import finished
from seakeep.design.model import Fence
from seakeep.flows import nodes
from seakeep.flows.session import Session
from seakeep.state import roster
from seakeep.state.folder import State

from .world import EXAMPLES, FakeSession, no_api


@pytest.fixture
async def session(tmp_path: Path) -> FakeSession:
    made = await living(tmp_path, no_api)
    made.known = finished(None, made.design)
    return made


def test_the_nearest_name_in_whatever_case_or_all_of_them() -> None:
    names = ("a-cp1", "b-cp1", "a-lb1")
    assert meant("A-CP1", names) == "did you mean a-cp1? There are: a-cp1, b-cp1, a-lb1"
    assert meant("a-lb", names).startswith("did you mean a-lb1?")
    assert meant("zzz", names) == "there are: a-cp1, b-cp1, a-lb1"
    assert meant("zzz", ()) == "there are: none"
    assert meant("zzz", [f"w{number}" for number in range(1000)]).endswith("w19 and 980 more")


async def test_a_name_that_there_is_not_is_a_wrong_command_line(session: FakeSession) -> None:
    asking = {
        "remove": lambda name: nodes.remove(session, name, lambda _: True),
        "replace": lambda name: nodes.replace(session, name, lambda _: True),
        "drain": lambda name: nodes.drain(session, name, 5),
    }

    async def asked(name: str, how: str) -> SeakeepError:
        with pytest.raises(SeakeepError) as caught:
            await asking[how](name)
        return caught.value

    for how in ("remove", "replace", "drain"):
        error = await asked("B-Worker1", how)
        assert (error.exit_code, type(error)) == (Exit.USAGE, UsageError)
        assert error.hint.startswith("did you mean b-worker1?"), how
    assert (await asked("a-lb1", "drain")).message == "a-lb1 is no node: no pods run there"


async def test_a_new_machine_of_the_file_is_added_and_not_replaced(session: FakeSession) -> None:
    assert session.known is not None
    session.known = finished(session.known, session.design, without=["b-worker1"])
    session.known = roster.decode(
        roster.encode("x", session.known).replace(b'"name": "b-worker1"', b'"name": "another"')
    )
    with pytest.raises(RefusedError, match="never part of the cluster") as caught:
        await nodes.replace(session, "b-worker1", lambda _: True)
    assert caught.value.hint == "seakeep node add b-worker1"


LB = Fence("x-lb9", IPv4Address("10.77.9.31"), date(2026, 11, 26))


async def test_only_what_is_fenced_can_be_unfenced(session: FakeSession) -> None:
    with pytest.raises(UsageError, match="x-lb9 is not fenced") as caught:
        await nodes.unfence(session, "x-lb9", lambda _: True)
    assert caught.value.hint == "nothing is: see `seakeep status`"
    assert session.known is not None
    session.adopt(replace(session.known, fences=(LB,)))
    with pytest.raises(UsageError, match="x-lb8 is not fenced") as caught:
        await nodes.unfence(session, "x-lb8", lambda _: True)
    assert caught.value.hint.startswith("did you mean x-lb9?")


@pytest.mark.parametrize("name", ["x-lb9", "10.77.9.31"])
async def test_the_end_of_a_fence_is_told_and_applied(
    session: FakeSession, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Fence, ...]] = []
    said: list[str] = []

    async def applied(session: Session, *, confirm: object) -> None:
        # Another operator's record is found meanwhile: the end is not forgotten.
        assert session.known is not None
        session.adopt(session.known)
        asked.append(session.design.fences)

    monkeypatch.setattr(nodes, "apply", applied)
    monkeypatch.setattr(session.progress, "note", said.append)
    assert session.known is not None
    session.adopt(replace(session.known, fences=(LB,)))
    assert session.design.fences == (LB,)
    await nodes.unfence(session, name, lambda _: True)
    assert asked == [()]
    assert said[0].startswith("x-lb9 was taken out on 2026-11-26 while it did not answer: whatever has 10.77.9.31 now")


async def test_a_machine_of_the_file_that_is_gone_on_without_stays_fenced(session: FakeSession) -> None:
    """It may be the very one, and does not answer."""
    fence = Fence("a-lb1", session.design.machine("a-lb1").address, date(2026, 11, 26))
    assert session.known is not None
    session.adopt(replace(session.known, fences=(fence,)))
    assert session.design.fences == ()
    session.leave_out(["a-lb1"])
    assert session.design.fences == (fence,)


@pytest.mark.parametrize("address", ["10.77.0.999", "10.77.0.100", "10.77.1.21", "no"])
async def test_a_wrong_machine_is_refused_with_the_file_as_it_was(tmp_path: Path, address: str) -> None:
    """Malformed, the VIP's, another machine's."""
    file = tmp_path / "cluster.yaml"
    file.write_bytes((EXAMPLES / "three-sites.yaml").read_bytes())
    before = file.read_bytes()
    edit = nodes.adding("a-worker2", address=address, site="a", roles=("worker",), pool="hot")
    with pytest.raises(SpecError) as caught:
        async with Session.open(file, state=tmp_path / "state", progress=Silent(), edit=edit):
            pytest.fail("opened")
    assert address in caught.value.message
    assert caught.value.hint == "nothing was changed: that is what the file would say; ask for something else"
    assert file.read_bytes() == before
    assert roster.read(State(tmp_path / "state" / "three-sites")) is None
