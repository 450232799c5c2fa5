"""What a run is to do, and what it was aimed at in the end: stored before anything is broken."""

import random
from collections.abc import Sequence

import msgspec

from seakeep.core.errors import UsageError
from seakeep.experiments.base import Prediction


class Planned(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One injection. `targets` and `prediction` are known from the moment at which it is aimed; `token` names what it
    leaves on machines. `must_survive`: it is a failure of the design if it does not promise to survive this."""

    number: int
    experiment: str
    word: str
    seconds: float
    token: str
    must_survive: bool = False
    targets: tuple[str, ...] = ()
    prediction: Prediction | None = None


class Schedule(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="kind", tag="StormSchedule"):
    """A whole run. The same seed, suite and cluster give the same experiments, words and choices. `note` is what the
    one who began it had to answer for."""

    cluster: str
    suite: str
    seed: int
    started: str
    injections: tuple[Planned, ...]
    note: str = ""
    api_version: str = "seakeep/v1"

    def aimed(self, number: int, targets: Sequence[str], prediction: Prediction) -> "Schedule":
        """With the targets of one injection filled in."""
        return msgspec.structs.replace(
            self,
            injections=tuple(
                msgspec.structs.replace(each, targets=tuple(targets), prediction=prediction)
                if each.number == number
                else each
                for each in self.injections
            ),
        )


def encode(schedule: Schedule) -> bytes:
    """As JSON for people too."""
    return msgspec.json.format(msgspec.json.encode(schedule), indent=2) + b"\n"


def decode(data: bytes, *, source: str) -> Schedule:
    """What `encode` wrote. UsageError for anything else."""
    try:
        return msgspec.json.decode(data, type=Schedule)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{source} is not a storm's schedule: {error}") from error


def chance(seed: int, number: int) -> random.Random:
    """The chance that aims one injection: of its own, so that it does not depend on how many choices came before."""
    return random.Random(f"{seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
