"""Experiments in the formats of other tools: objects fit Chaos Mesh's schemas, files of the Chaos Toolkit come back."""

import json
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
from tests.aim import aimed

from seakeep.core.errors import UsageError
from seakeep.core.verdict import Verdict
from seakeep.design.complete import complete
from seakeep.design.model import Design
from seakeep.experiments.exchange import chaos_mesh, chaos_toolkit
from seakeep.experiments.history import Mark
from seakeep.experiments.registry import EXPERIMENTS, find
from seakeep.experiments.schedule import Planned, Schedule
from seakeep.flows.storm.exchange import from_chaos_toolkit, to_chaos_mesh
from seakeep.spec.load import load

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = json.loads((Path(__file__).parent / "chaos_mesh_schemas.json").read_text())
"""Of the CRDs of chaos-mesh.org (Apache-2.0), without descriptions, closed to fields that they do not have, and only
the kinds and actions that are exported."""
POWER = {"machine_killed"}


@pytest.fixture(scope="module")
def design() -> Design:
    return complete(load(ROOT / "examples" / "three-sites.yaml"))


@pytest.mark.parametrize("module", EXPERIMENTS, ids=lambda module: module.EXPERIMENT.id)
@pytest.mark.parametrize("every", ["", "0 3 * * 1"])
def test_objects_fit_the_schemas_and_name_their_namespaces(module: ModuleType, every: str, design: Design) -> None:
    injection = aimed(module, design)
    if module.EXPERIMENT.id in POWER:
        with pytest.raises(UsageError, match="power of machines"):
            chaos_mesh.export(module, injection, every=every)
        return
    if module.EXPERIMENT.floods:
        with pytest.raises(UsageError, match="account of its own"):
            chaos_mesh.export(module, injection, every=every)
        return
    objects = chaos_mesh.export(module, injection, every=every)

    assert objects
    for each in objects:
        jsonschema.validate(each, SCHEMAS[each["kind"]])
        spec = each["spec"]
        if every:
            assert (each["kind"], spec["schedule"]) == ("Schedule", every)
            spec = spec["podChaos" if spec["type"] == "PodChaos" else "physicalmachineChaos"]
        assert spec["selector"]["namespaces"]
        assert each["metadata"]["namespace"] == "chaos-mesh"
    assert len({each["metadata"]["name"] for each in objects}) == len(objects)


def test_what_is_done_on_a_machine_is_undone_there() -> None:
    (each,) = to_chaos_mesh(ROOT / "examples" / "three-sites.yaml", ["etcd_member_paused@a-etcd1"], seed=0)
    spec = each["spec"]
    assert spec["selector"]["physicalMachines"] == {"chaos-mesh": ["a-etcd1"]}
    assert "SIGSTOP" in spec["user_defined"]["attackCmd"]
    assert "SIGCONT" in spec["user_defined"]["recoverCmd"]


def test_who_leads_has_to_be_named() -> None:
    with pytest.raises(UsageError) as caught:
        to_chaos_mesh(ROOT / "examples" / "three-sites.yaml", ["etcd_leader_killed"], seed=0)
    assert "name a machine" in caught.value.hint


def toolkit(design: Design) -> dict:
    return chaos_toolkit.experiment(
        [(find("machine_cut_off"), "site:b"), (find("apiserver_killed"), "one")], cluster=design.name, file="c.yaml"
    )


def test_a_toolkit_experiment_comes_back(tmp_path: Path, design: Design) -> None:
    path = tmp_path / "experiment.json"
    path.write_text(json.dumps(toolkit(design)))
    found = from_chaos_toolkit(path)
    assert [(item.experiment, item.word) for item in found] == [
        ("machine_cut_off", "site:b"),
        ("apiserver_killed", "one"),
    ]


def test_its_rollback_always_runs(design: Design) -> None:
    made = toolkit(design)
    assert made["runtime"] == {"rollbacks": {"strategy": "always"}}
    assert made["rollbacks"][0]["provider"]["arguments"][-2:] == ["storm", "heal"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not an experiment"),
        ('{"title": "t", "description": "d", "method": []}', "has no steps"),
        (
            (
                '{"title": "t", "description": "d", "method": [{"type": "action", "name": "drop",'
                ' "provider": {"type": "python", "module": "x"}}]}'
            ),
            "'drop' is nothing that Seakeep does",
        ),
        (
            (
                '{"title": "t", "description": "d", "method": [{"type": "action", "name": "a", "provider":'
                ' {"type": "process", "path": "seakeep", "arguments": "storm run nonsense --yes"}}]}'
            ),
            "no experiment 'nonsense'",
        ),
    ],
)
def test_a_file_that_asks_for_what_is_not_ours(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "experiment.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=said):
        from_chaos_toolkit(path)


@pytest.mark.parametrize(
    ("verdict", "status", "deviated"),
    [(Verdict.PASS, "completed", False), (Verdict.FAIL, "failed", True), (Verdict.UNKNOWN, "aborted", False)],
)
def test_a_run_as_a_journal(design: Design, verdict: Verdict, status: str, deviated: bool) -> None:
    schedule = Schedule(
        cluster=design.name,
        suite="",
        seed=1,
        started="2026-11-25T12:00:00Z",
        injections=(
            Planned(number=0, experiment="machine_cut_off", word="one", seconds=5, token="t", targets=("a-cp1",)),
            Planned(number=1, experiment="apiserver_killed", word="one", seconds=5, token="u"),
        ),
    )
    lines = [Mark(t=1.5, what="inject", number=0), Mark(t=9.0, what="healed", number=0)]
    made = chaos_toolkit.journal(schedule, lines, verdict, description=toolkit(design))
    assert (made["status"], made["deviated"]) == (status, deviated)
    assert [(each["status"], each["start"], each["duration"]) for each in made["run"]] == [
        ("succeeded", "2026-11-25T12:00:01.500000", 7.5),
        ("skipped", "2026-11-25T12:00:00", 9.0),
    ]
