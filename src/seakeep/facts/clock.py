"""What time the machine thinks it is, and whether something keeps it right."""

from dataclasses import dataclass
from math import isfinite

from seakeep.facts.base import Ask, Fact


@dataclass(frozen=True, slots=True)
class ClockState:
    """Seconds since the epoch, at the moment of reading. `synchronised` is None where the machine does not say."""

    now: float
    synchronised: bool | None


def script(ask: Ask) -> str:
    """timedatectl speaks for chrony, ntpd and timesyncd alike."""
    return "date +%s.%N; timedatectl show -p NTPSynchronized --value || echo unknown"


def parse(output: bytes) -> ClockState:
    """ValueError where the first line is not a number."""
    lines = output.decode("ascii", "replace").split()
    if not lines:
        raise ValueError("no time")
    now = float(lines[0])
    if not isfinite(now):
        raise ValueError(f"{lines[0]} is no time")
    kept = {"yes": True, "no": False}.get(lines[1]) if len(lines) > 1 else None
    return ClockState(now=now, synchronised=kept)


FACT: Fact[ClockState] = Fact(id="clock", script=script, parse=parse, volatile=True)
