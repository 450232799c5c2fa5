import pytest

from seakeep.artifacts import yamltext
from seakeep.artifacts.base import MachineFiles
from seakeep.artifacts.registry import API, MACHINE, ApiArtifact, MachineArtifact

from .goldens import EXPECTED, compare
from .scenarios import SCENARIOS, TENANTS, TENANTS_OWN, Scenario


def describe(files: MachineFiles) -> str:
    """All that an artifact puts on a machine, for reading; secrets stand as their names."""
    lines = [f"user {user.name} {user.home}" for user in files.users]
    lines += [f"dir {item.path} {item.owner}:{item.group} {item.mode:04o}" for item in files.dirs]
    lines += [f"link {path} -> {target}" for path, target in files.links]
    for unit in files.units:
        lines.append(f"unit {unit.name} risk={unit.risk}")
        lines += [f"  runs {component}/{program}" for component, program in unit.binaries]
        lines += [f"  reads {path}{' (reload)' if path in unit.reloads else ''}" for path in unit.reads]
        lines += [f"  follows {path}" for path in unit.follows]
    for file in files.files:
        lines.append(f"file {file.path} {file.owner}:{file.group} {file.mode:04o}")
        content = "".join(str(part) for part in file.parts)
        lines += [f"  | {line}".rstrip() for line in content.splitlines()]
    return "\n".join(lines) + "\n"


def rendered(scenario: Scenario, artifact: MachineArtifact) -> str:
    parts = [
        f"=== {machine.name}\n" + describe(artifact.render(scenario.design(), machine, scenario.traits))
        for machine in scenario.machines()
        if artifact.roles & machine.roles
    ]
    return "\n".join(parts)


CASES = [
    (scenario, artifact)
    for scenario in SCENARIOS
    for artifact in MACHINE
    if any(artifact.roles & machine.roles for machine in scenario.design().machines)
]
API_CASES = [(scenario, artifact) for scenario in SCENARIOS for artifact in API if scenario.name != "single-real"]
API_CASES = [case for case in API_CASES if case[1].id not in TENANTS_OWN]
API_CASES += [(TENANTS, artifact) for artifact in API if artifact.id in TENANTS_OWN]


@pytest.mark.parametrize(("scenario", "artifact"), CASES, ids=[f"{s.name}-{a.id}" for s, a in CASES])
def test_files_are_the_reviewed_ones(scenario: Scenario, artifact: MachineArtifact) -> None:
    compare(f"{scenario.name}/{artifact.id}.txt", rendered(scenario, artifact))


@pytest.mark.parametrize(("scenario", "artifact"), API_CASES, ids=[f"{s.name}-{a.id}" for s, a in API_CASES])
def test_objects_are_the_reviewed_ones(scenario: Scenario, artifact: ApiArtifact) -> None:
    compare(
        f"{scenario.name}/{artifact.id}.yaml",
        yamltext.dump(*(item.body for item in artifact.render(scenario.design()))),
    )


def test_no_golden_file_is_left_over() -> None:
    wanted = {f"{s.name}/{a.id}.txt" for s, a in CASES} | {f"{s.name}/{a.id}.yaml" for s, a in API_CASES}
    assert {path.relative_to(EXPECTED).as_posix() for path in EXPECTED.rglob("*") if path.is_file()} == wanted
