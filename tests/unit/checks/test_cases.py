"""Checks asked about the small objects of `cases/<ID>.yaml`.

A file lists cases under the verdict that they must get: pass, fail, unknown, moot. A case is a mapping. `container`,
`pod`, `template`, `spec` and `metadata` are put into the Deployment `shop/web` that says as little as it may (`kind`
makes it something else; `containers` are more of them); `objects` come after it, or alone where nothing else is
given. `policy` is what the run was told. `at` names the fields of a failure, `says` a part of what is said.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from tests.unit.checks.judging import index_of

from seakeep.checks.engine import Engine, Judged, Verdicts
from seakeep.checks.registry import MANIFEST
from seakeep.core.finding import REVIEW
from seakeep.core.verdict import Verdict
from seakeep.manifests.access import dotted
from seakeep.manifests.index import Index, Policy

FOLDER = Path(__file__).parent / "cases"
MODULES: dict[str, ModuleType] = {module.CHECK.id: module for module in MANIFEST}
ELSEWHERE = Path(__file__).parent
PARTS = ("kind", "container", "containers", "pod", "template", "spec", "metadata")
TEMPLATE_AT = {"Pod": None, "CronJob": ("jobTemplate", "spec", "template")}
APIS = {"Pod": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}


def cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.yaml")):
        for verdict, listed in yaml.safe_load(file.read_text()).items():
            for number, case in enumerate(listed):
                yield pytest.param(file.stem, verdict, case, id=f"{file.stem}-{verdict}-{number}")


def objects(case: dict[str, Any]) -> list[dict[str, Any]]:
    made = [workload(case)] if any(part in case for part in PARTS) or "objects" not in case else []
    return made + case.get("objects", [])


def workload(case: dict[str, Any]) -> dict[str, Any]:
    kind = case.get("kind", "Deployment")
    container = {"name": "web", "image": "registry.example/web:1.2", **case.get("container", {})}
    pod = {"containers": [container, *case.get("containers", [])], **case.get("pod", {})}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod, **case.get("template", {})}
    spec: dict[str, Any] = {}
    if kind == "Pod":
        template["metadata"] = {"name": "web", "namespace": "shop", **template["metadata"], **case.get("metadata", {})}
        return {"apiVersion": "v1", "kind": "Pod", **template}
    if kind == "CronJob":
        spec = {"schedule": "5 4 * * *", "jobTemplate": {"spec": {"template": template}}}
    elif kind == "Job":
        spec = {"template": template}
    else:
        spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    return {
        "apiVersion": APIS.get(kind, "apps/v1"),
        "kind": kind,
        "metadata": {"name": "web", "namespace": "shop", **case.get("metadata", {})},
        "spec": {**spec, **case.get("spec", {})},
    }


def policy(case: dict[str, Any]) -> Policy:
    told = dict(case.get("policy", {}))
    return Policy(**{key: tuple(value) if isinstance(value, list) else value for key, value in told.items()})


def judged(module: ModuleType, index: Index) -> Verdicts:
    return Engine([module], index).run()


@pytest.mark.parametrize(("name", "verdict", "case"), list(cases()))
def test_case(name: str, verdict: str, case: dict[str, Any]) -> None:
    module = MODULES[name]
    texts = [yaml.safe_dump(each, sort_keys=False) for each in objects(case)]
    made = judged(module, index_of(*texts, policy=policy(case)))
    tally = made.tallies[name]
    said = [f"{dotted(each.note.path)}: {each.note.message}" for each in made.said]

    match verdict:
        case "pass":
            assert not said
            assert tally.passed
        case "fail":
            assert tally.failed, tally
            assert {each.note.verdict for each in made.said} == {Verdict.FAIL}
        case "unknown":
            assert tally.unknown
            assert not tally.failed
        case "hint":
            assert (tally.passed, tally.failed, tally.unknown) == (0, 0, 0)
            assert said
            assert all(each.note.message.startswith(REVIEW) for each in made.said)
        case "moot":
            assert (tally.passed, tally.failed, tally.unknown) == (0, 0, 0)
            assert tally.moot
    if "at" in case:
        assert [dotted(each.note.path) for each in made.said] == case["at"]
    if "says" in case:
        assert case["says"] in "; ".join(said)
    for each in made.said:
        assert each.note.message
        if each.note.fix:
            assert module.CHECK.fixable
            assert_fixed(module, objects(case), each, policy(case))


def assert_fixed(module: ModuleType, bodies: list[dict[str, Any]], said: Judged, told: Policy) -> None:
    """What the fix makes of the object is no longer found at that place."""
    for body in bodies:
        if (body["kind"], body["metadata"].get("name")) == (said.about.kind, said.about.name):
            for edit in said.note.fix:
                write(body, edit.path, edit.value, remove=edit.remove)
    made = judged(module, index_of(*[yaml.safe_dump(each, sort_keys=False) for each in bodies], policy=told))

    assert said.note.path not in [each.note.path for each in made.said]


def write(body: Any, path: tuple[str | int, ...], value: Any, *, remove: bool) -> None:
    for step, following in pairwise(path):
        if isinstance(step, int):
            body = body[step]
        else:
            if body.get(step) is None:
                body[step] = [] if isinstance(following, int) else {}
            body = body[step]
    if remove:
        del body[path[-1]]
    elif isinstance(body, list) and path[-1] == len(body):
        body.append(value)
    else:
        body[path[-1]] = value


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_check_of_objects_is_tried_both_ways(name: str) -> None:
    file = FOLDER / f"{name}.yaml"
    if not file.exists():
        tests = [each for each in ELSEWHERE.glob("*/test_*.py") if name in each.read_text()]
        assert tests, f"{name} has neither cases nor a test of its own"
        return
    sections = yaml.safe_load(file.read_text()).keys()
    assert "pass" in sections
    assert sections & {"fail", "unknown", "hint"}
