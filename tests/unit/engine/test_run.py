"""The executor: order, serial groups, failures, interrupts, what is reported."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seakeep.artifacts.base import KubeObject
from seakeep.core.errors import Exit, MachineError, RefusedError
from seakeep.core.secret import SecretRef
from seakeep.engine.journal import Begin, Journal, State
from seakeep.engine.model import ApplyObject, PutFile, Remove, Script, Step
from seakeep.engine.outcome import InterruptedRunError, RunFailedError
from seakeep.engine.run import Executor, World
from seakeep.engine.stage import Stage

from .sim import FakeClock, file, step
from .world import Cluster


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal", clock=FakeClock()) as made:
        yield made


def history(tmp_path: Path) -> dict[str, State]:
    return Journal.read(tmp_path / "journal").states


def put(host: str, name: str, serial: str | None = None) -> Step:
    return step(host, name, PutFile(file(f"/etc/{name}", name)), serial)


async def test_a_whole_run(journal: Journal, tmp_path: Path) -> None:
    made = Cluster()
    outcome = await made.apply(journal)

    assert set(history(tmp_path).values()) == {State.DONE}
    assert made.handled == ["pki/ca.key", "pki/leaf.key", "coredns", "flannel"]
    assert [stage.id for stage in outcome.stages] == ["keys", "machines", "api"]
    assert [(h.host, h.planned, h.done) for h in outcome.stages[1].hosts] == [("a", 4, 4), ("b", 4, 4), ("c", 4, 4)]
    assert outcome.done == 16
    assert all(not stage.steps for stage in made.plan())
    assert made.gate.log == []


async def test_nothing_to_do_touches_nobody(journal: Journal, tmp_path: Path) -> None:
    made = Cluster()
    await made.apply(journal)
    calls = sum(host.calls for host in made.hosts.values())

    outcome = await made.apply(journal)

    assert outcome.done == 0
    assert sum(host.calls for host in made.hosts.values()) == calls


async def test_one_round_trip_for_each_machine_and_stage(journal: Journal) -> None:
    made = Cluster()
    await made.apply(journal)

    assert [host.calls for host in made.hosts.values()] == [1, 1, 1]


async def test_restarts_come_one_at_a_time_with_the_gate_round_each(journal: Journal) -> None:
    made = Cluster()
    await made.apply(journal)
    made.version = "v2"

    await made.apply(journal)

    assert made.gate.log == [f"{word} {host}" for host in "abc" for word in ("admit", "settled")]
    assert made.hosts["a"].restarts == ["unit_start x.service", "unit_restart x.service"]


async def test_every_change_is_journaled_before_its_machine_hears_of_it(journal: Journal, tmp_path: Path) -> None:
    made = Cluster()

    def heard(host: str) -> None:
        begun = {r.id for r in Journal.read(tmp_path / "journal").records if isinstance(r, Begin)}
        assert {s.change.id for stage in made.plan() for s in stage.steps if s.change.host == host} <= begun

    for one in made.hosts.values():
        one.on_feed = heard

    await made.apply(journal)


async def test_progress_tells_each_machine_apart(journal: Journal) -> None:
    made = Cluster()
    await made.apply(journal)

    assert "== Machines" in made.progress.lines
    assert "b: do file:/etc/conf" in made.progress.lines
    assert made.progress.lines[-1] == "cluster: "


async def test_all_failures_of_machines_side_by_side_are_collected(journal: Journal, tmp_path: Path) -> None:
    made = Cluster()
    made.hosts["a"].fail_call = True
    made.hosts["b"].fail_line = 3

    with pytest.raises(RunFailedError) as caught:
        await made.apply(journal)

    error = caught.value
    assert error.exit_code is Exit.PARTIAL
    assert [host for host, _ in error.failures] == ["a", "b"]
    assert "2 machines failed (a, b)" in error.message
    rows = error.context()
    assert ("host", "a") in rows
    assert ("host", "b") in rows
    assert ("exit status", "1") in rows
    assert ("it said", "No space left on device") in rows
    assert "seakeep resume" in error.hint
    states = history(tmp_path)
    assert states["c/test/unit:x.service"] is State.DONE
    assert states["a/test/file:/etc/conf"] is State.AMBIGUOUS
    assert states["b/test/file:/etc/conf"] is State.AMBIGUOUS
    assert states["b/test/file:/etc/key"] is State.FAILED
    assert states["b/test/unit:x.service"] is State.PENDING
    assert states["cluster/test/coredns"] is State.PENDING
    assert made.objects == {}
    assert {h.host: h.error != "" for h in error.outcome.stages[1].hosts} == {"a": True, "b": True, "c": False}


async def test_a_failure_in_a_serial_group_touches_no_further_host(journal: Journal) -> None:
    made = Cluster()
    await made.apply(journal)
    made.version = "v2"
    calls = made.hosts["c"].calls
    made.hosts["b"].fail_call = True

    with pytest.raises(RunFailedError, match="b: the connection was refused"):
        await made.apply(journal)

    assert made.gate.log == ["admit a", "settled a", "admit b"]
    assert made.hosts["c"].calls == calls


async def test_a_host_that_does_not_come_back_stops_the_group(journal: Journal) -> None:
    made = Cluster()
    await made.apply(journal)
    made.version = "v2"
    made.gate.never_settles = MachineError("gave up waiting for etcd", host="a")

    with pytest.raises(RunFailedError, match="gave up waiting"):
        await made.apply(journal)

    assert made.gate.log == ["admit a"]


async def test_a_failure_side_by_side_keeps_the_serial_hosts_untouched(journal: Journal) -> None:
    made = Cluster()
    made.hosts["a"].fail_call = True
    stage = Stage("s", "S", (put("a", "x"), put("b", "y", "x")))

    with pytest.raises(RunFailedError):
        await made.apply(journal, stages=[stage])

    assert made.hosts["b"].calls == 0
    assert made.gate.log == []


async def test_a_gate_that_refuses_first_is_a_refusal_and_later_a_partial_run(journal: Journal) -> None:
    made = Cluster()
    made.gate.refuse = RefusedError("no quorum")
    with pytest.raises(RefusedError, match="no quorum"):
        await made.apply(journal, stages=[Stage("s", "S", (put("a", "x", "x"),))])

    with pytest.raises(RunFailedError, match="no quorum"):
        await made.apply(journal, stages=[Stage("s", "S", (put("a", "x"), put("b", "y", "x")))])


@pytest.mark.parametrize(
    "bad",
    [
        step("b", "x", Remove("/etc")),
        step("b", "x", Script("true"), "no-such-group"),
        step("nowhere", "x", Remove("/")),
    ],
)
async def test_what_can_never_be_done_is_refused_before_the_first_step(journal: Journal, bad: Step) -> None:
    made = Cluster()

    with pytest.raises(RefusedError):
        await made.apply(journal, stages=[*made.plan(), Stage("s", "S", (bad,))])

    assert made.keys == set()
    assert all(host.calls == 0 for host in made.hosts.values())


async def test_a_pseudo_host_without_a_handler_is_refused(journal: Journal) -> None:
    made = Cluster()
    world = made.world()
    thing = ApplyObject(KubeObject(api_version="v1", kind="ConfigMap", name="x", namespace=None, body={}))
    bare = World(host=world.host, arch=world.arch, resolve=world.resolve, blobs=world.blobs)
    executor = Executor(bare, journal=journal, clock=made.clock, progress=made.progress)
    with pytest.raises(RefusedError, match="nothing here can carry out"):
        await executor.run([Stage("s", "S", (step("cluster", "x", thing),))])


async def test_a_missing_secret_stops_its_machine_before_it_hears_anything(journal: Journal) -> None:
    made = Cluster()
    missing = step("a", "k", PutFile(file("/etc/k", SecretRef("pki/none.key"))))

    with pytest.raises(RunFailedError, match=r"pki/none\.key"):
        await made.apply(journal, stages=[Stage("s", "S", (missing,))])

    assert made.hosts["a"].calls == 0


async def test_a_handler_that_fails_is_reported_with_its_host(journal: Journal, tmp_path: Path) -> None:
    made = Cluster()

    def fail(name: str) -> None:
        if name == "flannel":
            raise MachineError("conflict", host="cluster")

    made.on_handled = fail
    with pytest.raises(RunFailedError, match="API: cluster: conflict"):
        await made.apply(journal)

    states = history(tmp_path)
    assert states["cluster/test/coredns"] is State.DONE
    assert states["cluster/test/flannel"] is State.FAILED


async def test_a_bug_is_not_swallowed_and_the_others_finish(journal: Journal, tmp_path: Path) -> None:
    made = Cluster()

    def bug(host: str) -> None:
        raise ZeroDivisionError

    made.hosts["a"].on_feed = bug
    with pytest.raises(ZeroDivisionError):
        await made.apply(journal)

    states = history(tmp_path)
    assert states["c/test/unit:x.service"] is State.DONE
    assert states["a/test/unit:x.service"] is State.AMBIGUOUS


async def test_an_interrupt_finishes_what_runs_and_starts_nothing_new(journal: Journal, tmp_path: Path) -> None:
    made = Cluster()
    await made.apply(journal)
    made.version = "v2"
    stop = asyncio.Event()
    made.hosts["a"].on_feed = lambda _: stop.set()

    with pytest.raises(InterruptedRunError) as caught:
        await made.apply(journal, stop=stop)

    assert caught.value.exit_code is Exit.INTERRUPTED
    assert "seakeep resume" in caught.value.hint
    assert "2 changes were made, 6 are left" in caught.value.message
    assert made.gate.log == ["admit a", "settled a"]
    assert made.hosts["a"].stamps == {"x.service": "a-v2"}
    assert history(tmp_path)["b/test/unit:x.service"] is State.PENDING


async def test_an_interrupt_ends_the_wait_for_a_gate(journal: Journal) -> None:
    made = Cluster()
    stop = asyncio.Event()

    class Slow:
        async def admit(self, host: str) -> None:
            stop.set()
            await asyncio.Event().wait()

        async def settled(self, host: str) -> None: ...

    made.gate = Slow()  # type: ignore[assignment]
    with pytest.raises(InterruptedRunError):
        async with asyncio.timeout(300):
            await made.apply(journal, stages=[Stage("s", "S", (put("a", "x", "x"),))], stop=stop)

    assert made.hosts["a"].calls == 0


async def test_an_interrupt_before_the_start_does_nothing(journal: Journal) -> None:
    made = Cluster()
    stop = asyncio.Event()
    stop.set()

    with pytest.raises(InterruptedRunError):
        await made.apply(journal, stop=stop)

    assert made.keys == set()


async def test_an_interrupt_during_the_very_last_change_is_no_failure(journal: Journal) -> None:
    made = Cluster()
    stop = asyncio.Event()
    made.on_handled = lambda name: stop.set() if name == "flannel" else None

    assert (await made.apply(journal, stop=stop)).done == 16


HOSTS = st.sampled_from("abcdef")
STEPS = st.lists(st.tuples(HOSTS, st.sampled_from([None, None, "x", "y"]), st.integers(0, 3)), max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=3))
async def test_serial_hosts_never_overlap(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[list[tuple[str, str | None, int]]]
) -> None:
    made = Cluster("abcdef")
    inside = made.gate.inside
    stages = []
    for number, rows in enumerate(drawn):
        steps = tuple(put(host, f"{number}-{n}", serial) for n, (host, serial, _) in enumerate(rows))
        stages.append(Stage(str(number), str(number), steps))
        for host, _, pause in rows:
            made.hosts[host].pause = pause
    serial_hosts = [{s.change.host for s in stage.steps if s.serial} for stage in stages]
    order: list[str] = []

    def feed(host: str) -> None:
        order.append(host)
        titles = [line for line in made.progress.lines if line.startswith("== ")]
        in_turn = serial_hosts[int(titles[-1].removeprefix("== "))]
        assert inside == ({host} if host in in_turn else set())

    for host in made.hosts.values():
        host.on_feed = feed

    with Journal(tmp_path_factory.mktemp("j") / "j", clock=FakeClock()) as journal:
        outcome = await made.apply(journal, stages=stages)

    assert outcome.done == sum(len(stage.steps) for stage in stages)
    assert inside == set()
    planned = [part.host for stage in stages for part in stage.parts()]
    assert sorted(order) == sorted(planned)


async def test_no_more_than_allowed_run_side_by_side(journal: Journal) -> None:
    made = Cluster([f"m{n}" for n in range(30)])
    running: set[str] = set()
    most = 0

    for name, host in made.hosts.items():
        host.pause = 2
        real = host.feed

        async def feed(*args: object, _real: object = real, _name: str = name, **kwargs: object) -> object:
            nonlocal most
            running.add(_name)
            most = max(most, len(running))
            try:
                return await _real(*args, **kwargs)  # type: ignore[operator]
            finally:
                running.discard(_name)

        host.feed = feed  # type: ignore[method-assign, assignment]

    await made.apply(journal)

    assert most == 8
