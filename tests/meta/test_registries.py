"""Registries list exactly what lies in their folders: a file that is not listed would silently do nothing."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import seakeep.artifacts.registry
import seakeep.design.rules.registry
import seakeep.experiments.registry
import seakeep.facts.registry
import seakeep.phases.registry
import seakeep.versions.registry
from seakeep.cli.exits import MEANING
from seakeep.core.errors import Exit


def offering(package: str, attribute: str) -> dict[str, object]:
    """Module name to what it offers under the attribute, for every module of the package that offers it."""
    parent = import_module(package)
    assert parent.__file__ is not None
    names = sorted(path.stem for path in Path(parent.__file__).parent.glob("*.py") if path.stem != "__init__")
    modules = {name: import_module(f"{package}.{name}") for name in names}
    return {name: getattr(module, attribute) for name, module in modules.items() if defines(module, attribute)}


def defines(module: ModuleType, attribute: str) -> bool:
    """Whether the module itself has it, not one it imports from elsewhere."""
    value = getattr(module, attribute, None)
    return value is not None and getattr(value, "__module__", module.__name__) != "typing" and attribute in vars(module)


def test_every_fact_is_listed_once() -> None:
    facts = offering("seakeep.facts", "FACT")
    listed = list(seakeep.facts.registry.FACTS)

    assert {id(fact) for fact in facts.values()} == {id(fact) for fact in listed}
    assert len({fact.id for fact in listed}) == len(listed)


def test_every_phase_is_listed_once_under_its_files_name() -> None:
    phases = offering("seakeep.phases", "PHASE")
    listed = [module.PHASE for module in seakeep.phases.registry.PHASES]

    assert {phase.id for phase in listed} == set(phases)
    assert len({phase.id for phase in listed}) == len(listed)


def test_every_experiment_is_listed_once_under_its_files_name() -> None:
    experiments = offering("seakeep.experiments", "EXPERIMENT")
    listed = [module.EXPERIMENT for module in seakeep.experiments.registry.EXPERIMENTS]

    assert {experiment.id for experiment in listed} == set(experiments)
    assert len({experiment.id for experiment in listed}) == len(listed)


def test_every_design_rule_is_listed_once() -> None:
    rules = offering("seakeep.design.rules", "RULE")
    listed = list(seakeep.design.rules.registry.RULES)

    assert {id(rule) for rule in rules.values()} == {id(rule) for rule in listed}
    assert len({rule.id for rule in listed}) == len(listed)


def test_every_artifact_is_listed_once() -> None:
    renderers = {id(value) for value in offering("seakeep.artifacts", "render").values()}
    entries = (*seakeep.artifacts.registry.MACHINE, *seakeep.artifacts.registry.API)

    assert renderers == {id(entry.render) for entry in entries}
    assert len({entry.id for entry in entries}) == len(entries)


def test_every_version_is_listed_in_order() -> None:
    minors = offering("seakeep.versions", "MINOR")
    listed = seakeep.versions.registry.MINORS

    assert {id(minor) for minor in minors.values()} == {id(minor) for minor in listed}
    assert sorted(listed, key=lambda minor: minor.minor) == list(listed)


@pytest.mark.parametrize("code", list(Exit))
def test_every_exit_code_is_explained(code: Exit) -> None:
    assert MEANING[code]
