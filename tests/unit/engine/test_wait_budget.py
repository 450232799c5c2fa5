import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seakeep.core.errors import MachineError, RefusedError
from seakeep.engine.budget import Limits, QuorumGate, may_stop, quorum
from seakeep.engine.wait import await_until

from .sim import FakeClock, Recorder


async def wait(answers: list[str | Exception | None], *, timeout: float = 10) -> tuple[FakeClock, Recorder, float]:
    clock, progress = FakeClock(), Recorder()

    async def probe() -> str | None:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    took = await await_until(
        "etcd to be healthy", probe, timeout=timeout, interval=3, clock=clock, progress=progress, subject="a"
    )
    return clock, progress, took


async def test_a_yes_at_once_does_not_sleep() -> None:
    clock, _, took = await wait([None])

    assert (clock.slept, took) == ([], 0)


async def test_waiting_names_what_it_waits_for_and_what_it_saw() -> None:
    _, progress, took = await wait(["no leader", MachineError("refused", host="a", stderr="x\nport 2379\n"), None])

    assert took == 6
    assert progress.lines == [
        "a: waiting for etcd to be healthy",
        "a: waiting for etcd to be healthy: no leader",
        "a: waiting for etcd to be healthy: refused (port 2379)",
        "a: ",
    ]


async def test_the_deadline_tells_the_last_answer() -> None:
    with pytest.raises(MachineError, match=r"10 s of waiting for etcd to be healthy.*no leader") as caught:
        await wait(["no leader"])

    assert caught.value.host == "a"


async def test_the_probe_is_asked_at_the_deadline_itself() -> None:
    clock, _, took = await wait(["no", "no", "no", "no", None])

    assert took == 10
    assert clock.slept == [3, 3, 3, 1]


async def test_a_bug_in_a_probe_is_not_waited_out() -> None:
    with pytest.raises(ZeroDivisionError):
        await wait([ZeroDivisionError()])


@pytest.mark.parametrize(("members", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (7, 4)])
def test_quorum(members: int, needed: int) -> None:
    assert quorum(members) == needed


MEMBERS = st.sets(st.sampled_from("abcdefg"), min_size=1)


@given(MEMBERS, st.sets(st.sampled_from("abcdefg")), st.sampled_from("abcdefg"))
def test_stopping_never_ends_a_quorum_that_stood(members: set[str], healthy: set[str], host: str) -> None:
    stood = len(members & healthy) >= quorum(len(members))
    if may_stop(members, healthy, host) and stood and members != {host}:
        assert len((members & healthy) - {host}) >= quorum(len(members))


@given(MEMBERS, st.sampled_from("abcdefg"))
def test_what_is_down_may_always_be_repaired(members: set[str], host: str) -> None:
    assert may_stop(members, members - {host}, host)


class Health:
    """Health that changes with each reading; the last one stays."""

    def __init__(self, *readings: Mapping[str, str] | Exception) -> None:
        self.readings = list(readings)

    async def __call__(self) -> Mapping[str, str]:
        reading = self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]
        if isinstance(reading, Exception):
            raise reading
        return reading


def gate(members: str, health: Health, *, needed: int | None = None, absent: str = "") -> QuorumGate:
    return QuorumGate(
        "etcd",
        members,
        health,
        clock=FakeClock(),
        progress=Recorder(),
        needed=needed,
        absent=absent,
        limits=Limits(10, 20, 1),
    )


async def test_a_healthy_group_admits() -> None:
    await gate("abc", Health({"a": "", "b": "", "c": ""})).admit("a")


async def test_a_group_that_cannot_bear_it_refuses_with_numbers_and_names() -> None:
    with pytest.raises(RefusedError, match=r"1 healthy of 3 would remain, 2 are needed \(c: timed out\)") as caught:
        await gate("abc", Health({"a": "", "b": "", "c": "timed out"})).admit("a")

    assert "seakeep resume" in caught.value.hint


async def test_recovery_within_the_deadline_is_waited_for() -> None:
    ill = {"a": "", "b": "", "c": "no answer"}
    await gate("abc", Health(ill, ill, MachineError("x", host="c"), {**ill, "c": ""})).admit("a")


async def test_one_that_is_on_its_way_back_is_waited_for_though_a_quorum_would_remain() -> None:
    """A run that was killed may have left it so: the next one must not take a second one down beside it."""
    ill = {"a": "", "b": "", "c": "sees no quorum", "d": "", "e": ""}
    health = Health(ill, ill, {**ill, "c": ""})
    await gate("abcde", health).admit("a")
    assert len(health.readings) == 1


async def test_one_that_does_not_come_back_is_waited_for_once_and_one_that_is_gone_on_without_never() -> None:
    health = Health({"a": "", "b": "", "d": "", "e": ""})
    waited = gate("abcde", health)
    await waited.admit("a")
    await waited.admit("b")
    clock = waited._clock
    assert isinstance(clock, FakeClock)
    assert clock.time == 10
    waited = gate("abcde", health, absent="c")
    await waited.admit("a")
    assert isinstance(waited._clock, FakeClock)
    assert waited._clock.time == 0


@pytest.mark.parametrize(("healthy", "goes"), [({"b", "c"}, True), ({"b"}, False), ({"a", "b"}, False)])
async def test_a_host_that_has_left_the_group_goes_when_the_others_carry_it(healthy: set[str], goes: bool) -> None:
    assert may_stop({"b", "c"}, healthy, "a") is goes


async def test_a_host_that_has_left_the_group_is_not_waited_for() -> None:
    await gate("bc", Health(MachineError("nobody", host="b"))).settled("a")


async def test_the_ill_member_itself_is_admitted_and_a_group_of_one_too() -> None:
    ill = gate("abc", Health({"a": "down", "b": ""}))
    await ill.admit("a")
    assert isinstance(ill._clock, FakeClock)
    assert ill._clock.time == 0, "it makes nothing worse: the others are not waited for"
    await gate("a", Health(MachineError("nobody", host="a"))).admit("a")


async def test_an_unreadable_group_is_refused() -> None:
    with pytest.raises(RefusedError, match="nobody answers"):
        await gate("abc", Health(MachineError("nobody answers", host="a"))).admit("a")


async def test_api_servers_need_one() -> None:
    await gate("ab", Health({"a": "", "b": ""}), needed=1).admit("a")
    with pytest.raises(RefusedError):
        await gate("ab", Health({"a": "", "b": "ill"}), needed=1).admit("a")


async def test_settling_waits_for_the_host() -> None:
    await gate("abc", Health({}, {"a": "catching up"}, {"a": ""})).settled("a")
    with pytest.raises(MachineError, match=r"etcd on a to be healthy.*catching up"):
        await gate("abc", Health({"a": "catching up"})).settled("a")


async def test_a_probe_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> str | None:
        await asyncio.Event().wait()
        return None

    with pytest.raises(MachineError, match="no answer within"):
        await await_until("x", hang, timeout=0.01, interval=0.01, clock=FakeClock(), progress=Recorder(), subject="a")
