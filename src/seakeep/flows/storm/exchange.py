"""Experiments and runs for people who already have tools."""

import random
from collections.abc import Sequence
from pathlib import Path

from seakeep.core.errors import UndecidedError, UsageError, unreadable
from seakeep.core.json import JsonObject
from seakeep.design.complete import complete
from seakeep.design.model import Design
from seakeep.experiments.base import Injection, Observed, candidates
from seakeep.experiments.exchange import chaos_mesh, chaos_toolkit
from seakeep.experiments.registry import find
from seakeep.experiments.suites import Item
from seakeep.experiments.targets import choose
from seakeep.flows.session import Session
from seakeep.flows.storm.judge import report_of
from seakeep.flows.storm.record import chosen, read_history, read_schedule
from seakeep.spec.load import load


def to_chaos_mesh(file: Path, names: Sequence[str], *, seed: int, every: str = "") -> list[JsonObject]:
    """The experiments as objects. No machine is asked: who leads, or holds the VIP, has to be said by name."""
    design = complete(load(file))
    made: list[JsonObject] = []
    for number, text in enumerate(names):
        name, _, word = text.partition("@")
        module = find(name)
        experiment = module.EXPERIMENT
        try:
            targets = choose(
                word or experiment.target,
                among=candidates(experiment, design),
                design=design,
                observed=_assumed(design),
                chance=random.Random(seed + number),  # noqa: S311 - a choice that can be repeated
            )
        except UndecidedError as error:
            raise UsageError(
                f"{text}: {error.message}", hint=f"name a machine: {name}@{design.machines[0].name}"
            ) from error
        injection = Injection(design=design, targets=targets, seconds=experiment.seconds, token=f"exported_{number}")
        made += chaos_mesh.export(module, injection, every=every)
    return made


def _assumed(design: Design) -> Observed:
    """CoreDNS may be on every node: its pods are chosen by their label."""
    return Observed(dns=tuple(node.name for node in design.nodes))


def to_chaos_toolkit(file: Path, names: Sequence[str]) -> JsonObject:
    """The experiments as one experiment of the Chaos Toolkit."""
    modules = []
    for text in names:
        name, _, word = text.partition("@")
        module = find(name)
        modules.append((module, word or module.EXPERIMENT.target))
    return chaos_toolkit.experiment(modules, cluster=load(file).name, file=str(file))


def from_chaos_toolkit(path: Path) -> tuple[Item, ...]:
    """What an experiment file asks for. UsageError where it cannot be read, or asks for what is not ours."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error, UsageError, what="the experiment") from error
    found = chaos_toolkit.items(data, source=str(path))
    for item in found:
        find(item.experiment)
    return found


async def journal(session: Session, run_id: str | None) -> JsonObject:
    """A stored run as a journal of the Chaos Toolkit."""
    run = chosen(session.state, run_id)
    schedule = read_schedule(run)
    modules = [(find(each.experiment), each.word) for each in schedule.injections]
    description = chaos_toolkit.experiment(modules, cluster=schedule.cluster, file=str(session.loaded.path))
    lines = read_history(run)
    verdict = report_of(run, schedule, lines).verdict
    return chaos_toolkit.journal(schedule, lines, verdict, description=description)
