"""The same for certificates: all of them are renewed, and authorities are replaced, stage by stage. At no moment does
anybody show a certificate of an authority that another one does not trust."""

import itertools
import random
from dataclasses import replace
from pathlib import Path

import pytest

from seakeep.artifacts import kubelet
from seakeep.core.secret import Secret
from seakeep.facts.files import FileState
from seakeep.flows.renew import renew
from seakeep.flows.rotate import Wanted, rotate
from seakeep.report.apply import ApplyReport
from seakeep.state import certificates, rotation
from seakeep.state.rotation import Stage, ca_key, ca_name
from seakeep.transport import tls

from .cluster import Cluster, SimSession, applied
from .comparing import check, spared
from .machine import kept
from .recording import Recording, install, record
from .watch import Watch

NAMES = ("cluster", "etcd", "front-proxy", "service-account")


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    install(monkeypatch)
    made = Cluster.bare(tmp_path)
    monkeypatch.setattr(tls, "shown", made.shown)
    return made


def recorded(cluster: Cluster, kind: str, patch: pytest.MonkeyPatch) -> Recording:
    """A whole cluster whose kubelets have got certificates from it; then the command, for a stage of a rotation after
    those before it."""
    cluster.apply()
    kubelets_have_rotated(cluster)
    cluster.watch = lambda: Watch(cluster)
    if kind == "renew":
        cluster.verb = renewed
    else:
        cluster.whole = True
        for each in list(Stage)[: list(Stage).index(Stage(kind))]:
            cluster.verb = Rotation(each)
            cluster.apply()
        # Tokens that the previous key signed live for an hour.
        cluster.time += 7200
        cluster.verb = Rotation(Stage(kind))
    run = record(cluster, patch)
    assert cluster.planned() == set()
    assert run.history.finished
    return run


async def renewed(session: SimSession) -> ApplyReport | None:
    """`seakeep certs renew --all`."""
    return (await renew(session, lambda _: True, every=True)).applied


class Rotation:
    """`seakeep certs rotate-ca cluster etcd front-proxy service-account --until STAGE`. Once all is done it would begin
    again: then it is `apply`, which finds nothing to do."""

    def __init__(self, until: Stage) -> None:
        self._until = until

    async def __call__(self, session: SimSession) -> ApplyReport | None:
        begun = rotation.stages(session.state, session.design)
        if self._until is Stage.DROP and not begun:
            return await applied(session)
        report = await rotate(session, lambda _: True, Wanted(words=NAMES, until=self._until))
        return report.stages[-1].applied if report.stages else None


def kubelets_have_rotated(cluster: Cluster) -> None:
    values = cluster.values
    authority = certificates.load_certificate(Secret(values[ca_name("cluster")]))
    key = certificates.load_key(Secret(values[ca_key("cluster")]))
    now = cluster.process().clock.now()
    for node in cluster.design.nodes:
        leaf = cluster.design.pki.leaf("cluster", f"node-{node.name}")
        made = certificates.make_leaf(leaf, certificates.new_key().public_key(), authority, key, now)
        host = cluster.hosts[node.name]
        state = FileState(kind="file", mode=0o600, owner="root", group="root", sha256=kept(certificates.pem(made)))
        files = {**host.machine.files, kubelet.CLIENT: state}
        host.machine = replace(host.machine, files=files, booted={**host.machine.booted, kubelet.NAME: files})


@pytest.mark.parametrize("kind", ["renew", *Stage])
def test_killed_anywhere_then_resumed(
    cluster: Cluster, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While certificates are issued, or one machine gets what others get as well, some of the places."""
    run = recorded(cluster, kind, monkeypatch)
    dice = random.Random(kind)
    left_out = spared(dice, repetitions(run), 16 if kind == "reissue" else 8)
    assert len(run.groups) > {"renew": 400, "trust": 180, "reissue": 600, "drop": 180}[kind]
    for number, group in enumerate(run.groups):
        if number not in left_out:
            check(cluster, run, group, tmp_path, dice.choice(group.moments))


def repetitions(run: Recording) -> list[int]:
    """The numbers of those groups that differ from the one before in nothing but one machine, or one more certificate
    of the state folder."""
    found = []
    for number, (one, other) in enumerate(itertools.pairwise(group.moments[0] for group in run.groups), 1):
        written = [name for name in other.values if one.values.get(name) != other.values[name]]
        moved = [name for name in other.machines if other.machines[name] is not one.machines[name]]
        alike = one.values.keys() == other.values.keys() and one.objects is other.objects
        if alike and len(moved) + len(written) == 1 and not any(map(is_authority, written)):
            found.append(number)
    return found


def is_authority(name: str) -> bool:
    return name.rpartition("/")[2] in {"ca.crt", "ca.key", "trust.crt"} or name.count("/") < 2
