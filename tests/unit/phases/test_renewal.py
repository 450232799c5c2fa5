"""What a renewal and each stage of a rotation do to machines: which files, which restarts, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from seakeep.artifacts import kubelet
from seakeep.artifacts.registry import render_objects
from seakeep.core.change import Risk
from seakeep.core.secret import Secret, SecretRef
from seakeep.engine.model import PutFile, Remove, Step, UnitDo, UnitVerb
from seakeep.facts import kubelet_cert
from seakeep.flows import planning
from seakeep.flows.planning import PARTS
from seakeep.phases import node
from seakeep.phases.objects import key_of
from seakeep.state import certificates, pki, rotation
from seakeep.state.folder import State
from seakeep.state.rotation import Stage

from .world import World, as_served

NOW = datetime.fromtimestamp(1795478670, UTC)
"""When the world's machines are read."""

LEAF_RESTARTS = {"kube-apiserver"}
"""Of the cluster's leaves one needs a restart: what API servers show to kubelets."""


class Clock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None: ...


class Signed(World):
    """Machines with real certificates. `about` are the values that are about to be issued."""

    def __init__(self, folder: Path, example: str = "three-sites") -> None:
        super().__init__(example)
        self.state = State.open(folder / "state")
        self.about: frozenset[str] = frozenset()
        self.resolve = self._resolve
        self.settle()
        context = self.context()
        for box in self.boxes.values():
            self._fill(box, context)
        self.objects = {key_of(each): as_served(each) for each in render_objects(self.design)}

    def _resolve(self, reference: SecretRef) -> Secret | None:
        return None if reference.name in self.about else self.state.resolve(reference)

    def settle(self) -> None:
        for each in pki.missing(self.state, self.design, NOW):
            pki.issue(self.state, self.design, each.name, Clock())

    def steps(self) -> list[Step]:
        return [step for part in PARTS for step in planning.stage(part, self.context()).steps]

    def issue(self, *names: str) -> list[Step]:
        """Plan with these about to be issued, issue them, and carry out what is then planned, which was all shown."""
        self.about = frozenset(name for each in names for name in pki.touched(self.state, self.design, each))
        shown = self.steps()
        self.about = frozenset()
        for name in names:
            pki.issue(self.state, self.design, name, Clock())
        self.settle()
        done = self.steps()
        assert {step.change.id for step in done} <= {step.change.id for step in shown}
        for step in done:
            self.do(step)
        assert self.steps() == []
        return done


@pytest.fixture
def signed(tmp_path: Path) -> Signed:
    return Signed(tmp_path)


def acted(steps: list[Step], verb: UnitVerb) -> set[str]:
    return {
        step.action.unit.removesuffix(".service")
        for step in steps
        if isinstance(step.action, UnitDo) and step.action.verb is verb
    }


def test_renewing_everything_restarts_only_api_servers(signed: Signed) -> None:
    steps = signed.issue(*(leaf.cert for leaf in signed.design.pki.leaves))
    assert acted(steps, UnitVerb.RESTART) == LEAF_RESTARTS
    assert acted(steps, UnitVerb.RELOAD) == set()


def test_renewing_what_is_followed_restarts_nothing_and_goes_machine_by_machine(signed: Signed) -> None:
    design = signed.design
    names = [leaf.cert for leaf in design.pki.leaves if leaf.server or leaf.ca in {"etcd", "front-proxy"}]
    steps = signed.issue(*names)
    assert {type(step.action) for step in steps} == {PutFile}
    for step in steps:
        path = step.change.id.partition("file:")[2]
        followed = not path.startswith(("/etc/etcd/pki/health", "/etc/kubernetes/pki/kubelet"))
        assert (step.serial is not None) is followed, step.change.id
        assert (step.change.risk is Risk.RELOAD) is (followed or "kubelet" in path), step.change.id


def test_where_certificates_live_for_minutes_their_users_are_restarted(tmp_path: Path) -> None:
    signed = Signed(tmp_path, "single")
    minutes = replace(signed.design.pki, renew_before=timedelta(minutes=9))
    signed.design = replace(signed.design, pki=minutes)
    for step in signed.steps():
        signed.do(step)
    steps = signed.issue(*(leaf.cert for leaf in signed.design.pki.leaves))
    assert acted(steps, UnitVerb.RESTART) == {
        *("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
    }


EVERYBODY = {"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"}
RESTARTS = {
    ("cluster", Stage.TRUST): EVERYBODY,
    ("cluster", Stage.REISSUE): EVERYBODY,
    ("cluster", Stage.DROP): EVERYBODY,
    ("etcd", Stage.TRUST): {"etcd", "kube-apiserver"},
    ("etcd", Stage.REISSUE): set(),
    ("etcd", Stage.DROP): {"etcd", "kube-apiserver"},
    ("front-proxy", Stage.TRUST): set(),
    ("front-proxy", Stage.REISSUE): set(),
    ("front-proxy", Stage.DROP): set(),
    ("service-account", Stage.TRUST): {"kube-apiserver"},
    ("service-account", Stage.REISSUE): {"kube-apiserver", "kube-controller-manager"},
    ("service-account", Stage.DROP): {"kube-apiserver"},
}


@pytest.mark.parametrize("ca", ["cluster", "etcd", "front-proxy", "service-account"])
def test_a_rotation_restarts_who_reads_once_and_nobody_else(signed: Signed, ca: str) -> None:
    for stage in Stage:
        steps = signed.issue(rotation.step(ca, stage), *_leaves(signed, ca, stage))
        assert acted(steps, UnitVerb.RESTART) == RESTARTS[ca, stage]
        assert acted(steps, UnitVerb.RELOAD) == ({"seakeep-haproxy"} if ca == "cluster" else set())
        alone = {"etcd": "etcd", "kube-apiserver": "kube-apiserver"}
        for step in steps:
            if isinstance(step.action, UnitDo) and step.action.verb is UnitVerb.RESTART:
                unit = step.action.unit.removesuffix(".service")
                assert step.serial == alone.get(unit, step.serial)


def _leaves(signed: Signed, ca: str, stage: Stage) -> list[str]:
    return [leaf.cert for leaf in signed.design.pki.leaves if leaf.ca == ca] if stage is Stage.REISSUE else []


def client(signed: Signed, machine: str, *, left: timedelta, of: timedelta = timedelta(days=365)) -> bytes:
    """A client certificate that a kubelet got from the cluster."""
    authority = signed.state.read(rotation.ca_name("cluster"))
    key = signed.state.read(rotation.ca_key("cluster"))
    assert authority is not None
    assert key is not None
    issuer = certificates.load_certificate(authority).subject
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"system:node:{machine}")])
    own = certificates.new_key()
    builder = x509.CertificateBuilder(
        issuer_name=issuer, subject_name=name, public_key=own.public_key(), serial_number=7,
        not_valid_before=NOW + left - of, not_valid_after=NOW + left,
    )  # fmt: skip
    return certificates.pem(builder.sign(certificates.load_key(key), hashes.SHA256()))


def test_a_kubelet_with_a_good_certificate_of_its_own_is_left_alone(signed: Signed) -> None:
    signed.boxes["a-worker1"].more[kubelet_cert.FACT.id] = client(signed, "a-worker1", left=timedelta(days=100))
    assert signed.steps() == []


@pytest.mark.parametrize(
    ("left", "why"),
    [(timedelta(days=-1), "its client certificate ended on"), (timedelta(days=25), "its client certificate ends on")],
)
def test_a_kubelet_that_has_not_renewed_its_certificate_starts_with_the_one_that_we_issued(
    signed: Signed, left: timedelta, why: str
) -> None:
    signed.boxes["a-worker1"].more[kubelet_cert.FACT.id] = client(signed, "a-worker1", left=left)
    removed, restarted = signed.steps()
    assert isinstance(removed.action, Remove)
    assert removed.action.path == kubelet.CLIENT
    assert isinstance(restarted.action, UnitDo)
    assert (restarted.change.host, restarted.action.unit, restarted.action.verb) == (
        *("a-worker1", "kubelet.service", UnitVerb.RESTART),
    )
    assert why in restarted.change.why
    # The stamp is that of a kubelet as designed: nothing is left to do once the certificate is gone.
    signed.boxes["a-worker1"].more[kubelet_cert.FACT.id] = b""
    signed.do(restarted)
    assert signed.steps() == []


def test_a_kubelet_s_certificate_of_the_previous_authority_goes_before_the_kubelet_is_restarted(
    signed: Signed,
) -> None:
    own = client(signed, "a-worker1", left=timedelta(days=100))
    signed.issue(rotation.step("cluster", Stage.TRUST))
    signed.boxes["a-worker1"].more[kubelet_cert.FACT.id] = own
    assert signed.steps() == []
    for name in (rotation.step("cluster", Stage.REISSUE), *_leaves(signed, "cluster", Stage.REISSUE)):
        pki.issue(signed.state, signed.design, name, Clock())
    steps = [step for step in node.plan(signed.context()) if step.change.host == "a-worker1"]
    kinds = [
        "remove" if isinstance(step.action, Remove) else step.change.id.rpartition(":")[2]
        for step in steps
        if isinstance(step.action, Remove | UnitDo)
    ]
    assert kinds == ["remove", "kubelet", "kube-proxy"]
    assert "of another authority" in next(step for step in steps if isinstance(step.action, Remove)).change.why
