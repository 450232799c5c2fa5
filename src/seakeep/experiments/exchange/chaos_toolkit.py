"""Experiments and journals in the form of the Chaos Toolkit (chaostoolkit-lib 1.4x,
https://chaostoolkit.org/reference/).

Its steady state, method and rollbacks call Seakeep as a process: the healing, the timers on machines and the
judgement stay ours. The rollback is `storm heal`; its own strategy must be `always`, since the default leaves
rollbacks out when a run failed.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import ModuleType

import msgspec

from seakeep.core.errors import UsageError
from seakeep.core.json import Json, JsonObject
from seakeep.core.verdict import Verdict
from seakeep.experiments.history import AnyLine, Mark
from seakeep.experiments.schedule import Schedule
from seakeep.experiments.suites import Item


class _Provider(msgspec.Struct):
    type: str = ""
    path: str = ""
    arguments: str | list[str] | dict[str, object] = ""


class _Activity(msgspec.Struct):
    name: str = ""
    type: str = ""
    provider: _Provider = msgspec.field(default_factory=_Provider)


class _Experiment(msgspec.Struct):
    title: str
    description: str
    method: list[_Activity]


def experiment(modules: Sequence[tuple[ModuleType, str]], *, cluster: str, file: str) -> JsonObject:
    """An experiment that does these, each aimed with its word. `file` is the cluster's file."""
    titles = [f"{module.EXPERIMENT.title} ({word})" for module, word in modules]
    status = _process("probe", "the cluster is as it should be", "seakeep", ["-f", file, "status"], timeout=60)
    method: list[Json] = [
        _process(
            "action",
            title,
            "seakeep",
            ["-f", file, "storm", "run", f"{module.EXPERIMENT.id}@{word}", "--cluster", cluster, "--yes"],
            timeout=int(module.EXPERIMENT.seconds) + 600,
        )
        for title, (module, word) in zip(titles, modules, strict=True)
    ]
    return {
        "version": "1.0.0",
        "title": f"{cluster}: {'; '.join(titles)}",
        "description": " ".join(" ".join((module.__doc__ or "").split()) for module, _ in modules),
        "tags": ["seakeep", "kubernetes"],
        "runtime": {"rollbacks": {"strategy": "always"}},
        "steady-state-hypothesis": {
            "title": "The cluster is as it should be",
            "probes": [{**status, "tolerance": [0]}],
        },
        "method": method,
        "rollbacks": [
            _process("action", "undo whatever is left", "seakeep", ["-f", file, "storm", "heal"], timeout=300)
        ],
    }


def items(data: bytes, *, source: str) -> tuple[Item, ...]:
    """What an experiment's method asks Seakeep to do. UsageError for one that is none, or that has steps of others:
    they would be left out in silence."""
    try:
        found = msgspec.json.decode(data, type=_Experiment)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{source} is not an experiment of the Chaos Toolkit: {error}") from error
    made: list[Item] = []
    for activity in found.method:
        words = _words(activity)
        if activity.type != "action" or "storm" not in words or words[words.index("storm") + 1 :][:1] != ["run"]:
            raise UsageError(
                f"{source}: the step {activity.name!r} is nothing that Seakeep does",
                hint="only actions of the form `seakeep storm run EXPERIMENT[@WORD]` can be taken over",
            )
        made += _run(words[words.index("run") + 1 :])
    if not made:
        raise UsageError(f"{source} has no steps")
    return tuple(made)


def _words(activity: _Activity) -> list[str]:
    arguments = activity.provider.arguments
    if isinstance(arguments, str):
        return arguments.split()
    return [str(word) for word in arguments] if isinstance(arguments, list) else []


def _run(words: list[str]) -> Iterator[Item]:
    """The experiments among the words of `storm run`: options and their values are passed over."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in {"--seed", "--seconds", "--cluster", "--window", "--radius", "--power-off", "--power-on"}
        else:
            name, _, aim = word.partition("@")
            yield Item(experiment=name, word=aim)


def journal(schedule: Schedule, lines: Sequence[AnyLine], verdict: Verdict, *, description: JsonObject) -> JsonObject:
    """A stored run as a journal. FAIL is a deviation; UNKNOWN is an aborted run: nothing was learned."""
    begun = datetime.fromisoformat(schedule.started)
    marks = [line for line in lines if isinstance(line, Mark)]
    last = max((mark.t for mark in marks), default=0.0)
    run: list[Json] = []
    for planned in schedule.injections:
        at = {mark.what: mark.t for mark in marks if mark.number == planned.number}
        start = at.get("inject", 0.0)
        end = at.get("healed", last)
        run.append(
            {
                "activity": {"type": "action", "name": f"{planned.experiment}@{planned.word}"},
                "output": {"targets": list(planned.targets)},
                "status": "succeeded" if "injected" in at or "inject" in at else "skipped",
                "start": _moment(begun, start),
                "end": _moment(begun, end),
                "duration": round(end - start, 3),
            }
        )
    return {
        "chaoslib-version": "1.44.0",
        "platform": "seakeep",
        "node": schedule.cluster,
        "experiment": description,
        "start": _moment(begun, 0.0),
        "status": {Verdict.PASS: "completed", Verdict.FAIL: "failed"}.get(verdict, "aborted"),
        "deviated": verdict is Verdict.FAIL,
        "steady_states": {"before": None, "after": None, "during": []},
        "run": run,
        "rollbacks": [],
        "end": _moment(begun, last),
        "duration": round(last, 3),
    }


def _moment(begun: datetime, seconds: float) -> str:
    return (begun.astimezone(UTC) + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()


def _process(kind: str, name: str, path: str, arguments: list[str], *, timeout: int) -> dict[str, Json]:
    return {
        "type": kind,
        "name": name,
        "provider": {"type": "process", "path": path, "arguments": list(arguments), "timeout": timeout},
    }
