"""What experiments there are, in words."""

from types import ModuleType

from seakeep.experiments.registry import EXPERIMENTS, find
from seakeep.experiments.suites import SUITES
from seakeep.report.storm import ExperimentReport, ExperimentRow, ExperimentsReport


def listing() -> ExperimentsReport:
    """All of them, and the suites."""
    return ExperimentsReport(
        experiments=tuple(_row(module) for module in EXPERIMENTS),
        suites=tuple((suite.name, suite.minutes, suite.about) for suite in SUITES),
    )


def explain(name: str) -> ExperimentReport:
    """One of them. UsageError where there is none of that id."""
    return ExperimentReport(experiment=_row(find(name)))


def _row(module: ModuleType) -> ExperimentRow:
    experiment = module.EXPERIMENT
    return ExperimentRow(
        id=experiment.id,
        title=experiment.title,
        target=experiment.target,
        radius=experiment.radius.name.lower(),
        seconds=experiment.seconds,
        needs=experiment.needs,
        steady_state=experiment.steady_state,
        about=" ".join((module.__doc__ or "").split()),
        no_writes=experiment.abort.no_writes,
        outside=experiment.abort.outside,
        roles=tuple(sorted(role.value for role in experiment.roles)),
    )
