"""What has to be true of every fault, whoever wrote it: it stays in its radius, and it can always be undone."""

import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from tests.aim import aimed

from seakeep.design.complete import complete
from seakeep.design.model import Design
from seakeep.experiments import deadman
from seakeep.experiments.base import ApiCall, Injection, Power, Radius, Shell
from seakeep.experiments.registry import EXPERIMENTS
from seakeep.experiments.targets import radius
from seakeep.spec.load import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def design() -> Design:
    return complete(load(ROOT / "examples" / "three-sites.yaml"))


@pytest.fixture(params=EXPERIMENTS, ids=lambda module: module.EXPERIMENT.id)
def module(request: pytest.FixtureRequest) -> ModuleType:
    return request.param


@pytest.fixture
def injection(module: ModuleType, design: Design) -> Injection:
    """Aimed with the experiment's own word."""
    return aimed(module, design)


def test_it_does_something(module, injection) -> None:
    assert module.inject(injection)


def test_it_touches_its_targets_only(module, injection) -> None:
    aimed = {machine.name for machine in injection.targets} | {""}

    assert {action.host for action in (*module.inject(injection), *module.heal(injection))} <= aimed


def test_what_is_broken_by_a_hand_is_healed_by_the_same(module, injection) -> None:
    hands = {(type(action), action.host) for action in module.inject(injection)}
    healing = {(type(action), action.host) for action in module.heal(injection)}
    off = {each.host for each in module.inject(injection) if isinstance(each, Power) and not each.on}
    on = {each.host for each in module.heal(injection) if isinstance(each, Power) and each.on}

    assert {hand for hand in hands if hand[0] is not ApiCall} <= healing
    assert off <= on


def test_its_scripts_are_posix_shell(module, injection) -> None:
    for action in (*module.inject(injection), *module.heal(injection)):
        if isinstance(action, Shell):
            heal = "".join(a.script for a in module.heal(injection) if isinstance(a, Shell) and a.host == action.host)
            for text in (action.script, deadman.arm("t_1", 60, heal), deadman.disarm("t_1", heal)):
                done = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True, check=False)
                assert done.returncode == 0, f"{done.stderr}\n{text}"


def test_it_keeps_to_its_own_radius(module, design, injection) -> None:
    declared = module.EXPERIMENT.radius

    assert radius(injection.targets, design, whole_machines=declared >= Radius.MACHINE) <= declared


def test_the_design_says_what_will_happen(module, injection) -> None:
    prediction = module.predict(injection)

    assert prediction.why
    assert prediction.survives, "the default aim on the example must be something that it survives"


def test_it_is_the_same_every_time(module, injection) -> None:
    assert module.inject(injection) == module.inject(injection)
    assert module.heal(injection) == module.heal(injection)


def test_its_docstring_says_what_why_and_how_it_is_healed(module) -> None:
    parts = re.split(r"\b(What|Why|Heal): ", " ".join((module.__doc__ or "").split()))

    assert parts[1::2] == ["What", "Why", "Heal"]
