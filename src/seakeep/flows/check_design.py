"""The part of check that judges a cluster's file: its design, and what the design survives."""

from dataclasses import dataclass
from pathlib import Path

from seakeep.checks.select import Selection
from seakeep.core.finding import Finding
from seakeep.core.verdict import Verdict
from seakeep.design.complete import complete
from seakeep.design.judge import judge
from seakeep.design.quorum import Loss, survives
from seakeep.report.check import CheckFinding, Summary, SurvivalRow, counted, of_design
from seakeep.spec.load import load


@dataclass(frozen=True, slots=True)
class DesignPart:
    """What a report says about a cluster's file. `survival` is empty where the design is refused."""

    cluster_name: str
    findings: tuple[CheckFinding, ...]
    summary: Summary
    survival: tuple[SurvivalRow, ...]


def judge_design(file: Path, selection: Selection, *, passes: bool) -> DesignPart:
    """Judge a file. SpecError where it cannot be read. `passes` are told, too; they are counted in any case."""
    loaded = load(file)
    every = judge(loaded)
    asked = tuple(each for each in every if selection.wants(each.id, each.severity))
    survival: tuple[SurvivalRow, ...] = ()
    if not any(finding.refuses for finding in every):
        design = complete(loaded)
        balanced = design.endpoint.vip is not None
        survival = tuple(_row(loss, balanced=balanced) for loss in survives(design))
    told = [each for each in asked if passes or _is_open(each)]
    return DesignPart(
        cluster_name=loaded.name,
        findings=tuple(of_design(each, cluster_name=loaded.name, file=str(file)) for each in told),
        summary=counted(asked),
        survival=survival,
    )


def _is_open(finding: Finding) -> bool:
    return finding.verdict in {Verdict.FAIL, Verdict.UNKNOWN}


def _row(loss: Loss, *, balanced: bool) -> SurvivalRow:
    return SurvivalRow(
        loss="machine pair" if loss.scope == "pair" else loss.scope,
        lost=loss.lost if loss.scope != "site" else (loss.name,),
        etcd=loss.etcd_left * 2 > loss.etcd_members,
        api=loss.api_left > 0 and (loss.lb_left > 0 or not balanced),
        workers=loss.workers_left > 0,
        why="" if loss.survives else loss.reason,
    )
