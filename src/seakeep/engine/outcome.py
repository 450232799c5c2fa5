"""What a run did and how it ended: the measures for the report and the errors for the person."""

from dataclasses import dataclass

from seakeep.core.errors import Exit, MachineError, RunError, SeakeepError


@dataclass(frozen=True, slots=True)
class HostOutcome:
    """One host's part of a stage, in seconds from its first step to its last (its gate included)."""

    host: str
    seconds: float
    planned: int
    done: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """A stage that was entered. Hosts that were not reached are left out."""

    id: str
    title: str
    seconds: float
    hosts: tuple[HostOutcome, ...]


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """Everything that was entered, in order."""

    stages: tuple[StageOutcome, ...] = ()

    @property
    def done(self) -> int:
        """How many changes were made."""
        return sum(host.done for stage in self.stages for host in stage.hosts)

    @property
    def seconds(self) -> float:
        """The time all stages took."""
        return sum(stage.seconds for stage in self.stages)


class RunFailedError(RunError):
    """A stage failed. Holds what each failed host said and what was done until then."""

    def __init__(
        self, stage: str, failures: tuple[tuple[str, SeakeepError], ...], outcome: RunOutcome, *, hint: str
    ) -> None:
        first_host, first = failures[0]
        if len(failures) == 1:
            message = f"{stage}: {first_host}: {first.message}"
        else:
            hosts = ", ".join(host for host, _ in failures)
            message = f"{stage}: {len(failures)} machines failed ({hosts}); the first: {first.message}"
        own = dict.fromkeys(error.hint for _, error in failures if error.hint)
        super().__init__(message, hint="; ".join([*own, hint]))
        self.failures = failures
        self.outcome = outcome

    def context(self) -> list[tuple[str, str]]:
        rows: list[tuple[str, str]] = []
        for host, error in self.failures:
            if not isinstance(error, MachineError):
                rows.append(("host", host))
            if len(self.failures) > 1:
                rows.append(("cause", error.message))
            rows += error.context()
        return rows


class StoppedError(Exception):
    """The person asked to stop while something was only waiting. Raised by what waits, for the executor."""


class InterruptedRunError(RunError):
    """The person asked to stop; what ran was finished and nothing new was started."""

    exit_code = Exit.INTERRUPTED

    def __init__(self, outcome: RunOutcome, *, left: int, hint: str) -> None:
        super().__init__(
            f"interrupted: {outcome.done} changes were made, {left} are left; every machine is between two changes",
            hint=hint,
        )
        self.outcome = outcome
