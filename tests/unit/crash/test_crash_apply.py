"""kill -9 of `apply` at every boundary of a bring-up, of a change, of a loss of roles and of objects, and of a removal
of a machine of the three-site cluster, then `resume`.

A boundary is everything after which something is different: every record of the journal (before it, in the middle of
it, after it), every effect of every line that a machine runs, every key, every object, every lock. A run is made once;
at each boundary a `Moment` keeps what a kill there would leave. From every state of the world a new process goes on,
and must end exactly where the uninterrupted run did. A machine that goes on by itself after the operator has died is
where a later boundary is.
"""

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from seakeep.core.errors import RefusedError
from seakeep.flows.apply import apply

from .cluster import Cluster, Moment
from .comparing import check, done, last_plan, repeated, same
from .recording import Group, Recording, install, record
from .watch import Watch

CHANGE = (
    ("  sites: [a, b, c]\n", "  sites: [a, b, c]\n  etcd: {heartbeatMs: 120, electionMs: 1200}\n"),
    ("  pools:\n", "  security: {audit: {maxAgeDays: 31}}\n  pools:\n"),
    ("names: [api.three-sites.example]", "names: [api.three-sites.example, k8s.example]"),
    ("{storage: ssd}", "{storage: nvme}"),
)
"""Restarts every etcd member and every API server, one machine at a time, with new certificates; changes an object."""


MORE = (
    ("{name: c-cp1, address: 10.77.3.21, site: c, roles: [control-plane]}",
     "{name: c-cp1, address: 10.77.3.21, site: c, roles: [control-plane, load-balancer]}"),
    ("  pools:\n", "  tenants: [{name: shop, groups: [shop-team]}]\n  pools:\n"),
)  # fmt: skip
"""A machine that is a load balancer besides, and a tenant. Without them again, units are stopped, files and folders
removed, objects deleted."""


GONE = (("    - {name: b-worker1, address: 10.77.2.41, site: b, roles: [worker], pool: cold}\n", ""),)
"""Without one of the workers: drained, its Node deleted, cleaned and forgotten."""


SILENT = (("    - {name: a-lb1, address: 10.77.1.31, site: a, roles: [load-balancer]}\n", ""),)
"""Without one of the load balancers, which does not answer: it is fenced before the other one forgets it."""


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    install(monkeypatch)
    return Cluster.bare(tmp_path)


def recorded(cluster: Cluster, kind: str, patch: pytest.MonkeyPatch) -> Recording:
    """`bring-up`: nothing is there. The others: a finished cluster, and then another file."""
    if kind != "bring-up":
        before, after = {
            "change": ((), CHANGE),
            "less": (MORE, ()),
            "gone": ((), GONE),
            "silent": ((), SILENT),
        }[kind]
        cluster.change = before
        cluster.apply()
        cluster.change = after
        cluster.lost = frozenset({"a-lb1"} if kind == "silent" else ())
        cluster.watch = lambda: Watch(cluster)
    run = record(cluster, patch)
    assert cluster.planned() == set()
    assert run.history.finished
    return run


@pytest.mark.parametrize("kind", ["bring-up", "change", "less", "gone", "silent"])
def test_killed_anywhere_then_resumed(
    cluster: Cluster, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other. Of the bring-up's part in which machines work side by side only some: the next test has
    them all."""
    run = recorded(cluster, kind, monkeypatch)
    assert len(run.history.states) > {"bring-up": 500, "change": 20, "less": 20, "gone": 3, "silent": 20}[kind]
    assert run.boundaries > 6 * len(run.history.states)
    dice = random.Random(kind)
    left_out = {id(group) for seen in places(run).values() for group in dice.sample(seen, len(seen) * 19 // 20)}
    groups = [group for group in run.groups if kind != "bring-up" or id(group) not in left_out]
    for group in groups:
        check(cluster, run, group, tmp_path, dice.choice(group.moments))


def test_killed_while_every_machine_is_at_a_place_of_its_own(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines work side by side, so that a kill finds each of them somewhere else. Here one kill stands for a place of
    every machine, until each machine has been left at each of its places."""
    run = recorded(cluster, "bring-up", monkeypatch)
    dice = random.Random(4)
    seen = {name: dice.sample(groups, len(groups)) for name, groups in places(run).items()}
    keys = seen["a-etcd1"][0].moments[0].values
    assert seen.keys() == cluster.hosts.keys()
    assert sum(map(len, seen.values())) > 900
    for turn in range(max(map(len, seen.values()))):
        chosen = {name: groups[turn % len(groups)] for name, groups in seen.items()}
        machines = {name: group.moments[0].machines[name] for name, group in chosen.items()}
        cluster.at(Moment(machines, {}, keys, None, ""))
        cluster.settle()
        moment = cluster.moment()
        history = cluster.go_on(moment)
        assert history is not None
        planned = last_plan(history)
        for name, group in chosen.items():
            mine = {each for each in planned - repeated(moment.machines) if each.startswith(f"{name}/")}
            for journal in group.journals:
                assert not mine & done(journal, tmp_path), "the journal calls done what was not"
        same(cluster, run.end)


def test_ctrl_c_at_the_question_leaves_nothing(cluster: Cluster) -> None:
    def interrupted(plan: object) -> bool:
        raise KeyboardInterrupt

    before = cluster.moment()
    session = cluster.process()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(apply(session, confirm=interrupted))
    assert [path.name for path in cluster.root.glob("runs/*")] == []
    assert cluster.moment() == before


def test_a_lock_that_was_broken_while_a_person_thought_is_noticed_before_anything_is_done(cluster: Cluster) -> None:
    """Nothing gives signs of life meanwhile, so that another operator may have taken the process for dead."""

    def broken(plan: object) -> bool:
        for host in cluster.hosts.values():
            host.machine = replace(host.machine, lock="")
        return True

    before = cluster.moment()
    with pytest.raises(RefusedError, match="the lock was lost while the question stood; nothing was changed"):
        asyncio.run(apply(cluster.process(), confirm=broken))
    assert cluster.moment() == before
    assert [path.name for path in cluster.root.glob("runs/*")] == []


def places(run: Recording) -> dict[str, list[Group]]:
    """Machine -> where it can be left by a kill while all work side by side."""
    found: dict[str, list[Group]] = {}
    before = run.groups[0].moments[0]
    for group in run.groups:
        now = group.moments[0]
        moved = [name for name in now.machines if now.machines[name] is not before.machines[name]]
        if now.objects == {} and len(moved) == 1 and now.machines[moved[0]].lock == before.machines[moved[0]].lock:
            found.setdefault(moved[0], []).append(group)
        before = now
    return found


@pytest.mark.parametrize("kind", ["bring-up", "change", "less", "gone", "silent"])
def test_killed_twice(cluster: Cluster, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that goes on is killed as well."""
    run = recorded(cluster, kind, monkeypatch)
    dice = random.Random(kind)
    for group in dice.sample(run.groups, 8):
        resumed = record(cluster, monkeypatch, dice.choice(group.moments))
        for second in dice.sample(resumed.groups, min(4, len(resumed.groups))):
            check(cluster, run, second, tmp_path, dice.choice(second.moments))
