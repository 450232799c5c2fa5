"""The files that Seakeep itself puts on machines satisfy the checks of operators' files."""

import pytest
from tests.unit.phases.world import design_of

from seakeep.artifacts.registry import render_machine
from seakeep.checks.engine import Engine
from seakeep.checks.registry import CHECKS
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.design.traits import Traits
from seakeep.facts import configs
from seakeep.facts.base import FactSet
from seakeep.flows.live_read import machine_files
from seakeep.flows.observe import config_paths
from seakeep.manifests.index import Index


@pytest.mark.parametrize("example", ["three-sites", "single"])
def test_nothing_is_an_error_and_everything_is_known(example: str) -> None:
    design = design_of(example)
    facts = {}
    for machine in design.machines:
        files = render_machine(design, machine, Traits(nested=False, cgroup_version=2))
        wanted = config_paths(files)
        texts = {
            file.path: "".join(part if isinstance(part, str) else "redacted" for part in file.parts)
            for file in files.files
            if file.path in wanted
        }
        facts[machine.name] = FactSet(machine.name, {}, 0.0, {configs.FACT.id: texts})
    own = machine_files(facts)
    index = Index(own.manifests, files=own.files, problems=own.problems)

    said = Engine(CHECKS, index).run().said
    bad = [
        (each.check.id, each.note.message)
        for each in said
        if each.note.verdict is Verdict.UNKNOWN
        or (each.note.verdict is Verdict.FAIL and each.check.severity is Severity.ERROR)
    ]
    assert own.files
    assert bad == []
