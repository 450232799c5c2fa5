"""Injecting and healing, with machines that fail on purpose and a controller that is killed."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.unit.engine.sim import FakeClock

from seakeep.core.errors import MachineError, RefusedError, RunError
from seakeep.core.progress import Silent
from seakeep.design.complete import complete
from seakeep.experiments.base import ApiCall, Injection, Power, Shell
from seakeep.flows.storm.perform import GRACE, Performer, PowerCommands
from seakeep.spec.load import load
from seakeep.transport.api import ApiError
from seakeep.transport.base import Host, Result
from seakeep.transport.fake import Call, Die, Drop, Fail, FakeHost, OperatorKilled

EXAMPLES = Path(__file__).parents[4] / "examples"
BREAK, HEAL = "break it\n", "heal it\n"


@dataclass
class World:
    """Machines that remember whether they are armed, broken or healed."""

    clock: FakeClock
    hosts: dict[str, FakeHost] = field(default_factory=dict)
    armed: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    off: set[str] = field(default_factory=set)
    calls: list[ApiCall] = field(default_factory=list)
    status: int = 200

    def host(self, name: str) -> Host:
        if name not in self.hosts:
            self.hosts[name] = FakeHost(name, self.answer, clock=self.clock)
        return self.hosts[name]

    def answer(self, call: Call) -> Result:
        if "systemd-run" in call.text:
            assert call.host not in self.broken, "armed after it was broken"
            self.armed.add(call.host)
        elif call.text == BREAK:
            assert call.host in self.armed, "broken before it was armed"
            self.broken.add(call.host)
        elif HEAL in call.text:
            self.broken.discard(call.host)
            self.armed.discard(call.host)
        return Result(0, b"", "")

    async def power(self, name: str, on: bool) -> None:
        self.off.discard(name) if on else self.off.add(name)

    async def call(self, action: ApiCall) -> tuple[int, bytes]:
        self.calls.append(action)
        if self.status == 0:
            raise ApiError("no answer", status=0)
        return self.status, b"{}"

    def timers_fire(self) -> None:
        """What the machines do by themselves when their time is up."""
        self.broken -= self.armed
        self.armed.clear()


@pytest.fixture
def world() -> World:
    return World(FakeClock())


@pytest.fixture
def performer(world: World) -> Performer:
    return Performer(world, world.clock, Silent())


@pytest.fixture
def injection() -> Injection:
    design = complete(load(EXAMPLES / "three-sites.yaml"))
    return Injection(design=design, targets=design.machines[:2], seconds=10, token="t_0")


def shells(script: str, *hosts: str) -> tuple[Shell, ...]:
    return tuple(Shell(host=host, what="do it", script=script) for host in hosts)


async def test_every_machine_is_armed_before_any_is_broken(world, performer, injection) -> None:
    await performer.inject(shells(BREAK, "a", "b"), shells(HEAL, "a", "b"), injection)

    assert world.broken == {"a", "b"}
    assert [f"--on-active={10 + GRACE:.0f}" in world.hosts["a"].calls[0].text] == [True]

    await performer.heal(shells(HEAL, "a", "b"), "t_0")
    assert (world.broken, world.armed) == (set(), set())


async def test_nothing_is_broken_where_a_timer_could_not_be_armed(world, performer, injection) -> None:
    world.host("b").fail_at(0, Fail())

    with pytest.raises(MachineError):
        await performer.inject(shells(BREAK, "a", "b"), shells(HEAL, "a", "b"), injection)

    assert world.broken == set()


@pytest.mark.parametrize("call", range(6))
@pytest.mark.parametrize("after", [False, True])
async def test_a_controller_that_is_killed_anywhere_leaves_nothing_that_does_not_heal_itself(
    world, performer, injection, call, after
) -> None:
    """Every call of the run by its number: what is broken then is armed, and the timers end it."""
    numbers = itertools.count()
    for host in ("a", "b"):
        world.host(host).fail_when(lambda _: next(numbers) == call, Die(after=after))

    async def whole() -> None:
        await performer.inject(shells(BREAK, "a", "b"), shells(HEAL, "a", "b"), injection)
        await performer.heal(shells(HEAL, "a", "b"), "t_0")

    with pytest.raises(OperatorKilled):
        await whole()

    assert world.broken <= world.armed
    world.timers_fire()
    assert world.broken == set()


async def test_healing_is_tried_again_until_it_works(world, performer, injection) -> None:
    await performer.inject(shells(BREAK, "a"), shells(HEAL, "a"), injection)
    for _ in range(3):
        world.hosts["a"].fail_when(lambda _: True, Fail())
    world.hosts["a"].fail_when(lambda _: True, Drop())

    await performer.heal(shells(HEAL, "a"), "t_0")

    assert world.broken == set()
    assert len(world.hosts["a"].calls) == 2 + 5


async def test_a_machine_that_cannot_be_healed_does_not_keep_the_others_from_it(world, performer, injection) -> None:
    await performer.inject(shells(BREAK, "a", "b"), shells(HEAL, "a", "b"), injection)
    for _ in range(99):
        world.hosts["a"].fail_when(lambda _: True, Fail("no route"))

    with pytest.raises(RunError, match="no route") as ended:
        await performer.heal(shells(HEAL, "a", "b"), "t_0", limit=20)

    assert "storm heal" in ended.value.hint
    assert world.broken == {"a"}, "b is healed; a has its timer"
    assert world.armed == {"a"}


async def test_a_script_that_fails_says_where_and_what_it_said(world, performer, injection) -> None:
    world.hosts["a"] = FakeHost("a", lambda call: Result(69, b"", "one\nthis kernel has no netem\n"))

    with pytest.raises(MachineError, match=r"a: arm the timer .* ended with 69: this kernel has no netem"):
        await performer.inject(shells(BREAK, "a"), shells(HEAL, "a"), injection)


async def test_power_comes_back_before_anything_is_run_there(world, performer, injection) -> None:
    off = Power(host="a", what="off", on=False)
    on = Power(host="a", what="on", on=True)
    await performer.inject((off,), (on,), injection)
    assert world.off == {"a"}

    world.host("a").fail_when(lambda call: "a" in world.off, Fail("told while it was off"))
    await performer.heal((*shells(HEAL, "a"), on), "t_0")

    assert world.off == set()
    assert len(world.hosts["a"].calls) == 1


async def test_the_api_may_say_what_is_allowed(world, performer, injection) -> None:
    call = ApiCall(host="", what="delete", method="DELETE", path="/x", allow=(404,))
    world.status = 404
    await performer.inject((call,), (), injection)

    world.status = 403
    with pytest.raises(ApiError, match="DELETE /x"):
        await performer.inject((call,), (), injection)


def test_power_of_real_machines_needs_commands_and_no_shell_reads_them() -> None:
    commands = PowerCommands(off="ipmi --host bmc-{machine} 'off {address}'", addresses={"m1": "10.0.0.1"})

    assert commands.argv("m1", False) == ["ipmi", "--host", "bmc-m1", "off 10.0.0.1"]
    with pytest.raises(RefusedError, match="m1 is a real machine"):
        commands.argv("m1", True)


async def test_a_power_command_that_fails_says_so(tmp_path: Path) -> None:
    commands = PowerCommands(off="sh -c 'echo no such outlet; exit 3'", on="true")

    await commands.switch("m1", True)
    with pytest.raises(RunError, match="sh for m1 ended with 3: no such outlet"):
        await commands.switch("m1", False)


async def test_what_the_api_makes_is_there_before_a_script_uses_it(world, performer, injection) -> None:
    order: list[str] = []
    world.answer = lambda call: order.append(call.text) or Result(0, b"", "")  # type: ignore[assignment]
    world.call = lambda action: order.append(action.path) or _done()  # type: ignore[assignment]
    name = injection.targets[0].name
    calls = [ApiCall(host="", what="make", method="POST", path=path) for path in ("/first", "/second")]

    await performer.inject((Shell(host=name, what="use", script=BREAK), *calls), (), injection)

    assert order == ["/first", "/second", BREAK]


async def _done() -> tuple[int, bytes]:
    return 201, b"{}"
