"""Deciding: facts and objects in, stages of steps out. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from seakeep.checks.base import Fleet
from seakeep.checks.change.registry import CHECKS as CHANGES
from seakeep.checks.preflight.registry import CHECKS
from seakeep.core.errors import RefusedError, SeakeepError
from seakeep.core.finding import Finding
from seakeep.core.verdict import Verdict
from seakeep.design.model import Waiver
from seakeep.engine.stage import Stage
from seakeep.phases import (
    access,
    announce,
    binaries,
    clean,
    control_plane,
    dns,
    drain,
    etcd,
    fence,
    fence_newcomers,
    forget,
    images,
    kernel,
    keys,
    load_balancer,
    members_in,
    members_out,
    network,
    node,
    nodes,
    ownership,
    packages,
    policy_rules,
    prune_machines,
    prune_objects,
    record,
    release_vip,
    returning,
    runtime,
    tenants,
    trust,
)
from seakeep.phases.base import PlanContext
from seakeep.spec.load import LoadedSpec


@dataclass(frozen=True, slots=True)
class Part:
    """Phases that make up one stage of an apply: within a stage every machine goes at its own pace."""

    id: str
    title: str
    phases: tuple[ModuleType, ...]


_MACHINES = "machines"

PARTS: tuple[Part, ...] = (
    Part("keys", "Keys and certificates", (keys,)),
    Part("announce", "Machines that come, on record", (announce,)),
    Part("returning", "Machines that come back", (returning,)),
    Part("fence", "Machines that are kept away", (fence,)),
    Part("leave", "What leaves the VIP and etcd", (release_vip, members_out)),
    Part("join", "What joins etcd", (members_in,)),
    Part(
        "machines",
        "Machines",
        (
            ownership,
            packages,
            kernel,
            binaries,
            trust,
            fence_newcomers,
            etcd,
            load_balancer,
            control_plane,
            runtime,
            node,
        ),
    ),
    Part("prune", "What machines no longer need", (prune_machines,)),
    Part("images", "Container images", (images,)),
    Part("cluster", "Cluster objects", (access, nodes, network, dns, tenants, prune_objects)),
    Part("policies", "Rules that nothing keeps any more", (policy_rules,)),
    Part("drain", "Nodes that leave", (drain,)),
    Part("clean", "Machines that leave", (clean,)),
    Part("forget", "Keys of machines that left", (forget,)),
    Part("record", "What the cluster is made of, on record", (record,)),
)


NEWCOMERS = "newcomers"

ORDER: tuple[str, ...] = tuple(
    name for each in PARTS for name in ((NEWCOMERS, each.id) if each.id == "join" else (each.id,))
)
"""The names of all stages."""


def part(name: str) -> Part:
    """The part of that id. KeyError for none."""
    return {each.id: each for each in PARTS}[name]


def stage(part: Part, context: PlanContext) -> Stage:
    """The steps that are missing in one part. Machines that join etcd have their own stage before it (`newcomers`)."""
    early = _joining(context) if part.id == _MACHINES else frozenset()
    return Stage(
        part.id,
        part.title,
        tuple(step for phase in part.phases for step in phase.plan(context) if step.change.host not in early),
    )


def newcomers(context: PlanContext) -> Stage:
    """All that machines need that join etcd: they are ready before they are added, and members before API servers are
    told of them."""
    early = _joining(context)
    steps = (step for phase in part(_MACHINES).phases for step in phase.plan(context)) if early else ()
    return Stage(NEWCOMERS, "Machines that join etcd", tuple(step for step in steps if step.change.host in early))


def stage_of(name: str, context: PlanContext) -> Stage:
    """The stage of that name, one of `ORDER`. KeyError for none."""
    return newcomers(context) if name == NEWCOMERS else stage(part(name), context)


def stages(context: PlanContext) -> tuple[Stage, ...]:
    """The whole plan, in order."""
    return tuple(stage_of(name, context) for name in ORDER)


def _joining(context: PlanContext) -> frozenset[str]:
    return frozenset(machine.name for machine in context.member_changes.joining)


def preflight(fleet: Fleet, waivers: tuple[Waiver, ...], today: str) -> list[Finding]:
    """Every check's findings; a waived failure is WAIVED as long as its waiver has not expired. What a living cluster
    does not bear cannot be waived.

    A check that cannot read its facts is UNKNOWN, whatever the reason.
    """
    waived = {waiver.id for waiver in waivers if str(waiver.expires) >= today}
    findings: list[Finding] = []
    for module in (*CHANGES, *CHECKS):
        check = module.CHECK
        try:
            found = list(module.judge(fleet))
        except SeakeepError as error:
            found = [check.found(Verdict.UNKNOWN, error.message)]
        for finding in found:
            if finding.verdict is Verdict.FAIL and check.id in waived and module in CHECKS:
                findings.append(check.found(Verdict.WAIVED, finding.message, where=finding.where))
            else:
                findings.append(finding)
    return findings


def notable(findings: list[Finding]) -> list[str]:
    """What does not stand in the way and still wants to be known: warnings and waived failures, a line each."""
    lines = []
    for finding in findings:
        if finding.verdict is Verdict.WAIVED:
            lines.append(f"waived: {finding.where}: {finding.title}: {finding.message} [{finding.id}]")
        elif finding.verdict is Verdict.FAIL and not finding.refuses:
            lines.append(f"warning: {finding.where}: {finding.title}: {finding.message} [{finding.id}]")
    return lines


def located(findings: list[Finding], loaded: LoadedSpec) -> list[Finding]:
    """What the file changes about a living cluster, with the line that does."""
    places = {entry.name: f"spec.machines[{number}]" for number, entry in enumerate(loaded.spec.machines)}
    ids = {module.CHECK.id for module in CHANGES}
    return [
        replace(finding, line=loaded.line(places.get(finding.where, finding.where)))
        if finding.id in ids and finding.refuses
        else finding
        for finding in findings
    ]


def refuse(findings: list[Finding], *, absent: Collection[str] = (), file: Path | None = None) -> None:
    """RefusedError with every failed error and everything that could not be told, one line each, with line and `file`
    where that is at fault. What is said of machines that are gone on without does not count; what the file changes
    about them does."""
    changes = {module.CHECK.id for module in CHANGES}
    standing = [
        finding
        for finding in findings
        if (finding.refuses or (finding.verdict is Verdict.UNKNOWN and finding.severity == "error"))
        and (finding.where not in absent or finding.id in changes)
    ]
    if not standing:
        return
    lines = [
        (f"{file}:{finding.line}: " if file and finding.line else "")
        + f"{finding.where or 'fleet'}: {finding.title}: {finding.message} [{finding.id}] — {finding.remediation}"
        for finding in standing
    ]
    if any(finding.id in changes for finding in standing):
        raise RefusedError(
            "the living cluster does not bear this change; nothing was changed\n" + "\n".join(lines),
            hint="correct the file; `seakeep plan` shows what would be done",
        )
    raise RefusedError(
        "the machines are not ready; nothing was changed\n" + "\n".join(lines),
        hint="correct this, or waive a check with owner, reason and expiry under preflight.waive in the file",
    )
