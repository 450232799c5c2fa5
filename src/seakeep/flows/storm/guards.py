"""What a storm refuses to start with, or to aim at."""

from collections.abc import Sequence
from datetime import datetime

from seakeep.core.errors import RefusedError, UsageError
from seakeep.core.verdict import Verdict
from seakeep.design.maintenance import inside
from seakeep.design.model import Design, Machine
from seakeep.experiments.base import Experiment, Radius
from seakeep.experiments.targets import radius
from seakeep.report.status import StatusReport


def named(design: Design, name: str | None) -> None:
    """Real machines are broken only by who names their cluster."""
    if name is not None and name != design.name:
        raise UsageError(f"the file's cluster is {design.name}, not {name}")
    if design.lab is None and name is None:
        raise RefusedError(
            f"{design.name} is made of real machines, and this breaks them on purpose",
            hint=f"name the cluster to go on: --cluster {design.name}",
        )


def window(text: str | None, now: datetime) -> None:
    """`22:00-04:00`, in UTC; over midnight where the end comes first. RefusedError outside of it."""
    if text is None:
        return
    begin, _, end = text.partition("-")
    try:
        first, last = (datetime.strptime(part.strip(), "%H:%M").time() for part in (begin, end))  # noqa: DTZ007 - a time of day
    except ValueError as error:
        raise UsageError(f"{text!r} is not a maintenance window", hint="as in 22:00-04:00, in UTC") from error
    moment = now.time()
    inside = first <= moment < last if first <= last else moment >= first or moment < last
    if not inside:
        raise RefusedError(f"it is {now:%H:%M} UTC, and the maintenance window is {text}")


def maintenance(design: Design, now: datetime, reason: str) -> str:
    """What the run notes: '' within the file's maintenance windows, why it begins outside of them otherwise. A lab is
    always ready to be broken. RefusedError outside of them without a reason."""
    if design.lab is not None or inside(design.windows, now):
        return ""
    windows = "; ".join(map(str, design.windows))
    if reason.strip():
        return f"begun outside the maintenance windows ({windows}): {reason.strip()}"
    raise RefusedError(
        f"it is {now:%a %H:%M} UTC, outside the maintenance windows of {design.name}: {windows}",
        hint="wait for one, or say why it cannot wait: --outside-window REASON",
    )


def healthy(status: StatusReport, *, anyway: bool) -> str:
    """'' for a healthy cluster, what is wrong with `anyway`. RefusedError for one that is not known to be healthy."""
    if status.verdict is Verdict.PASS:
        return ""
    bad = [each for each in status.findings if each.verdict is not Verdict.PASS]
    wrong = [f"{each.title} {each.where} {each.message}" for each in bad]
    text = "; ".join(wrong[:5]) or status.verdict.value
    if anyway:
        return text
    raise RefusedError(
        f"the cluster is not healthy: {text}",
        hint="repair it first, or start with --unhealthy: then this is the run's first finding",
    )


def reachable(experiment: Experiment, design: Design, *, power: bool) -> None:
    """RefusedError for a fault that cannot be had on these machines."""
    if experiment.needs == "lab" and design.lab is None:
        raise RefusedError(f"{experiment.id} can only be done to machines of a lab")
    if experiment.needs == "power" and design.lab is None and not power:
        raise RefusedError(
            f"{experiment.id} needs commands that switch real machines off and on",
            hint="--power-off 'COMMAND {machine}' --power-on 'COMMAND {machine}'",
        )


def within(experiment: Experiment, targets: Sequence[Machine], design: Design, allowed: Radius | None) -> None:
    """RefusedError for more than the experiment declares, or than the user allows."""
    limit = experiment.radius if allowed is None else allowed
    if experiment.floods:
        # Nothing stops on the machine that asks, whatever else it is.
        return
    actual = radius(targets, design, whole_machines=experiment.radius >= Radius.MACHINE)
    if actual > limit:
        names = ", ".join(machine.name for machine in targets)
        raise RefusedError(
            f"{experiment.id} at {names} would hit a {actual.name.lower()}, and may hit no more than a "
            f"{limit.name.lower()}",
            hint=f"if that is what you want: --radius {actual.name.lower()}",
        )
