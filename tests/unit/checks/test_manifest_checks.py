"""What holds for every check of objects and files."""

import ast
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import seakeep.checks
from seakeep.checks.base import Per, Scope
from seakeep.checks.live.registry import CHECKS as LIVE
from seakeep.checks.preflight.registry import CHECKS as PREFLIGHT
from seakeep.checks.registry import CHECKS

AREAS = [each.name for each in pkgutil.iter_modules(seakeep.checks.__path__) if each.ispkg]

EQUIVALENT = re.compile(
    r"(kube-linter|kube-score|polaris|kubescape|checkov|popeye|gatekeeper|rbac-police|kubeeye|cis-[\d.]+|pluto|kyverno):\S+"
)


@pytest.mark.parametrize("area", AREAS)
def test_an_areas_registry_equals_its_folder_in_the_order_of_the_ids(area: str) -> None:
    package = import_module(f"seakeep.checks.{area}")
    modules = [import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)]
    files = {each.__name__ for each in modules if hasattr(each, "CHECK")}
    listed = import_module(f"{package.__name__}.registry").CHECKS

    assert {each.__name__ for each in listed} == files
    assert [each.CHECK.id for each in listed] == sorted(each.CHECK.id for each in listed)


def test_no_id_is_used_twice() -> None:
    ids = [module.CHECK.id for module in (*CHECKS, *PREFLIGHT)]

    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("module", CHECKS, ids=lambda module: module.CHECK.id)
def test_a_check_explains_itself_and_can_be_asked(module: ModuleType) -> None:
    check = module.CHECK
    text = module.__doc__ or ""
    places = [text.find(word) for word in ("What:", "Why:", "Evidence:", "Fix:")]

    assert all(place > 0 for place in places)
    assert places == sorted(places)
    assert re.fullmatch(r"[A-Z]{3,4}\d{3}", check.id)
    assert check.title
    assert check.remediation
    assert check.scope in {Scope.MANIFEST, Scope.FILE}
    assert bool(check.forms) == (check.per is Per.FILE)
    assert check.types or check.per is not Per.OBJECT
    assert [each for each in check.equivalents if not EQUIVALENT.fullmatch(each)] == []


def names(module: ModuleType) -> Iterator[str]:
    """Every name that a module uses, with the attributes that it asks for."""
    assert module.__file__ is not None
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        if isinstance(node, ast.Name | ast.Attribute):
            yield node.id if isinstance(node, ast.Name) else node.attr


FAULTS_WITH_FIXES = {"SCH001": "UNKNOWN", "SCH002": "TYPE", "SCH004": "VALUE"}
"""Checks whose fixes are made in `schema/fields.py`, with the sort of fault that they tell."""


@pytest.mark.parametrize("module", [*CHECKS, *LIVE], ids=lambda module: module.CHECK.id)
def test_a_check_says_that_it_is_fixable_where_it_gives_fixes(module: ModuleType) -> None:
    used = set(names(module))
    sort = FAULTS_WITH_FIXES.get(module.CHECK.id)

    assert module.CHECK.fixable == bool({"put", "drop"} & used or sort)
    assert sort is None or sort in used
