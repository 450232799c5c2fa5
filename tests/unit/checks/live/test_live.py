"""Checks of a living cluster: what satisfies each, what does not, and what happens when it could not be read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.phases.world import design_of

from seakeep.checks.base import Scope
from seakeep.checks.live.base import Live, LivePod, Proof, Release, Releases, Requested, run
from seakeep.checks.live.registry import CHECKS
from seakeep.core.finding import REVIEW
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role
from seakeep.facts import apiserver, certificates, clock, etcd, etcd_latency, files, network_configs, vip
from seakeep.facts.base import FactSet
from seakeep.facts.certificates import OnDisk
from seakeep.facts.clock import ClockState
from seakeep.facts.etcd import EtcdState, Member
from seakeep.facts.etcd_latency import EtcdLatency
from seakeep.facts.files import FileState
from seakeep.facts.vip import VipState
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

DESIGN = design_of()
SHARED = replace(DESIGN, tenants=design_of("tenants").tenants)
TENANTS = (
    ("SEC008", "tenant-works"),
    ("SEC009", "tenant-apart"),
    ("SEC010", "tenant-privileged"),
    ("SEC011", "tenant-quota"),
    ("SEC012", "tenant-bounds"),
    ("SEC013", "tenant-cluster"),
    ("SEC014", "tenant-traffic"),
)
BY_ID = {module.CHECK.id: module for module in CHECKS}
ETCD = [machine.name for machine in DESIGN.with_role(Role.ETCD)]
PLANES = [machine.name for machine in DESIGN.with_role(Role.CONTROL_PLANE)]
BALANCERS = [machine.name for machine in DESIGN.with_role(Role.LOAD_BALANCER)]
NODES = [machine.name for machine in DESIGN.nodes]
MEMBERS = tuple(Member(id=name, name=name, learner=False, peer_urls=()) for name in ETCD)
MEMBER = EtcdState(
    serving=True, healthy=True, version="3.6.16", db_size=200 << 20, db_in_use=150 << 20, members=MEMBERS
)
PATHS = {
    "/etc/systemd/system/kube-apiserver.service": 0o600,
    "/etc/kubernetes/kube-scheduler.conf": 0o600,
    "/etc/kubernetes/pki/ca.crt": 0o644,
    "/etc/kubernetes/pki/apiserver.key": 0o600,
    "/etc/systemd/system/etcd.service": 0o600,
    "/etc/cni/net.d/10-seakeep.conflist": 0o600,
    "/etc/systemd/system/kubelet.service": 0o600,
    "/etc/kubernetes/kubelet.conf": 0o600,
    "/var/lib/kubelet/config.yaml": 0o600,
}


def state(mode: int, *, owner: str = "root", sha256: str = "") -> FileState:
    return FileState(kind="file", mode=mode, owner=owner, group=owner, sha256=sha256)


def readings(name: str) -> dict[str, Any]:
    """What a machine says on which all is well."""
    found: dict[str, Any] = {clock.FACT.id: ClockState(now=1000.0, synchronised=True)}
    found[files.FACT.id] = {path: state(mode, sha256=path) for path, mode in PATHS.items()}
    if name in ETCD:
        found[etcd.FACT.id] = MEMBER
        found[etcd_latency.FACT.id] = EtcdLatency(fsync_p99=0.004, commit_p99=0.008)
        found[files.FACT.id] |= {
            DESIGN.etcd.data_dir: state(0o700, owner="etcd"),
            "/etc/etcd/pki/ca.crt": state(0o644, sha256="etcd"),
        }
    if name in PLANES:
        found[apiserver.FACT.id] = True
    if name in BALANCERS:
        found[vip.FACT.id] = VipState(holds=name == BALANCERS[0], through_own=True)
    if name in NODES:
        found[network_configs.FACT.id] = ("10-seakeep.conflist",)
    return found


def node(name: str, **fields: Any) -> Manifest:
    body = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"kubeletVersion": f"v{DESIGN.release.kubernetes}"},
        },
    }
    return Manifest({**body, **fields})


def dns(*nodes: str) -> tuple[LivePod, ...]:
    return tuple(
        LivePod(
            namespace="kube-system",
            name=f"coredns-{number}",
            node=name,
            labels={"k8s-app": "kube-dns"},
            phase="Running",
            ready=True,
            owner="ReplicaSet",
        )
        for number, name in enumerate(nodes)
    )


def objects(*more: dict[str, Any]) -> Index:
    return Index([*(node(name) for name in NODES), *(Manifest(body) for body in more)])


RULE = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PrometheusRule",
    "metadata": {"name": "r"},
    "spec": {
        "groups": [
            {
                "rules": [
                    {"alert": "A", "expr": "apiserver_x > 1"},
                    {"alert": "B", "expr": "etcd_server_has_leader == 0"},
                ]
            }
        ]
    },
}
BACKUP = {"apiVersion": "velero.io/v1", "kind": "Schedule", "metadata": {"name": "daily"}, "spec": {}}


def calico() -> Any:
    return replace(DESIGN, network=replace(DESIGN.network, cni="calico"))


def well(change: Callable[[dict[str, dict[str, Any]]], None] | None = None, **parts: Any) -> Live:
    """A cluster on which all is well, but for what `change` does to its machines' readings, and for `parts`."""
    said = {machine.name: readings(machine.name) for machine in DESIGN.machines}
    if change is not None:
        change(said)
    made = Live(
        design=DESIGN,
        facts={name: FactSet(name, {}, 1000.0, dict(found)) for name, found in said.items()},
        unreachable={machine.name: "no route" for machine in DESIGN.machines if machine.name not in said},
        index=objects(RULE, BACKUP),
        unread={},
        proofs={
            name: (("somewhere", Proof(held=True, said="it was refused")),)
            for name in ("anonymous", "kubelet", "etcd", "privileged", "encryption", "audit", "tls")
        },
        now=datetime(2026, 11, 25, tzinfo=UTC),
        lab=True,
        pods=dns("a-cp1", "b-cp1"),
        requested=dict.fromkeys(PLANES, ()),
        releases=Releases(opened=True, newest=(release(("apps/v1", "Deployment", "web")),)),
    )
    return replace(made, **parts)


def release(*found: tuple[str, str, str]) -> Release:
    return Release(namespace="shop", name="web", revision=7, objects=found)


def asked(resource: str, removed: str) -> Requested:
    return Requested(group="old.k8s.io", version="v1beta1", resource=resource, subresource="", removed=removed)


def put(machine: str, fact: str, value: Any) -> Callable[[dict[str, dict[str, Any]]], None]:
    def change(said: dict[str, dict[str, Any]]) -> None:
        said[machine][fact] = value

    return change


def mode(path: str, value: FileState) -> Callable[[dict[str, dict[str, Any]]], None]:
    def change(said: dict[str, dict[str, Any]]) -> None:
        for found in said.values():
            if path in found[files.FACT.id]:
                found[files.FACT.id][path] = value

    return change


def each_member(**fields: Any) -> Callable[[dict[str, dict[str, Any]]], None]:
    def change(said: dict[str, dict[str, Any]]) -> None:
        for name in ETCD:
            said[name][etcd.FACT.id] = replace(MEMBER, **fields)

    return change


def closed_in(site: str, fact: str, value: Any) -> Callable[[dict[str, dict[str, Any]]], None]:
    """The reading of the machines that are not in the site."""

    def change(said: dict[str, dict[str, Any]]) -> None:
        for machine in DESIGN.machines:
            if machine.site != site and fact in said[machine.name]:
                said[machine.name][fact] = value

    return change


def lost(proof: str) -> Mapping[str, Any]:
    return {"proofs": {**well().proofs, proof: (("a-cp1", Proof(held=False, said="it was let in")),)}}


def budget(allowed: int) -> dict[str, Any]:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "dns", "namespace": "kube-system"},
        "spec": {"selector": {"matchLabels": {"k8s-app": "kube-dns"}}},
        "status": {"disruptionsAllowed": allowed},
    }


HOOK = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "hook"},
    "webhooks": [{"name": "h", "clientConfig": {"service": {"namespace": "x", "name": "hook"}}}],
}
THINGS = "old.k8s.io/v1beta1 things"
LEARNER = Member(id="f", name="new", learner=True, peer_urls=())

WRONG: dict[str, tuple[Live, str]] = {
    "CPL001": (well(put("b-cp1", apiserver.FACT.id, False)), "b-cp1"),
    "CPL002": (well(closed_in("a", apiserver.FACT.id, False)), "API servers"),
    "CPL003": (well(put(BALANCERS[0], vip.FACT.id, VipState(holds=False, through_own=True))), "virtual address"),
    "CPL004": (
        well(index=Index([node("a-cp1", status={"nodeInfo": {"kubeletVersion": "v1.99.0"}})])),
        "a-cp1",
    ),
    "CPL005": (well(now=datetime(2027, 10, 1, tzinfo=UTC)), DESIGN.release.minor.name),
    "CPL101": (well(mode("/etc/systemd/system/kube-apiserver.service", state(0o644))), "a-cp1"),
    "CPL102": (well(mode("/etc/kubernetes/kube-scheduler.conf", state(0o600, owner="ops"))), "a-cp1"),
    "CPL103": (well(mode("/etc/kubernetes/pki/ca.crt", state(0o666))), "a-cp1"),
    "CPL104": (well(mode("/etc/kubernetes/pki/apiserver.key", state(0o640))), "a-cp1"),
    "ETCD001": (well(put("a-etcd1", etcd.FACT.id, EtcdState(serving=False))), "a-etcd1"),
    "ETCD002": (well(each_member(members=MEMBERS[:3])), "site a"),
    "ETCD003": (well(put("a-etcd1", etcd.FACT.id, replace(MEMBER, alarms=("NOSPACE",)))), "a-etcd1"),
    "ETCD004": (well(put("a-etcd1", etcd.FACT.id, replace(MEMBER, db_size=DESIGN.etcd.quota_bytes))), "a-etcd1"),
    "ETCD005": (well(put("a-etcd1", etcd.FACT.id, replace(MEMBER, db_in_use=1))), "a-etcd1"),
    "ETCD006": (well(put("a-etcd1", etcd_latency.FACT.id, EtcdLatency(fsync_p99=0.5, commit_p99=None))), "a-etcd1"),
    "ETCD007": (well(put("a-etcd1", etcd.FACT.id, replace(MEMBER, version="3.5.0"))), "etcd"),
    "ETCD008": (well(mode("/etc/etcd/pki/ca.crt", state(0o644, sha256="/etc/kubernetes/pki/ca.crt"))), "etcd"),
    "ETCD101": (well(mode("/etc/systemd/system/etcd.service", state(0o644))), "a-etcd1"),
    "ETCD102": (well(mode(DESIGN.etcd.data_dir, state(0o755, owner="etcd"))), "a-etcd1"),
    "LIV001": (well(pods=dns("a-cp1", "a-worker1")), "DNS"),
    "LIV002": (well(index=objects(HOOK)), ""),
    "LIV003": (well(index=objects()), "backups"),
    "LIV004": (well(index=objects()), "API server"),
    "LIV020": (well(), "network"),
    "LIV030": (well(requested={**dict.fromkeys(PLANES, ()), "b-cp1": (asked("things", "1.37"),)}), THINGS),
    "LIV031": (
        well(releases=Releases(opened=True, newest=(release(("batch/v1beta1", "CronJob", "c")),))),
        "shop/web",
    ),
    "NOD001": (well(index=Index([node(name) for name in NODES[1:]])), NODES[0]),
    "NOD002": (well(put("a-cp1", network_configs.FACT.id, ("a.conf", "b.conf"))), "a-cp1"),
    "NOD003": (well(put("a-cp1", clock.FACT.id, ClockState(now=1060.0, synchronised=True))), "a-cp1"),
    "NOD004": (well(index=objects(budget(0))), "a-cp1"),
    "NOD005": (well(put("a-cp1", clock.FACT.id, ClockState(now=1000.0, synchronised=False)), lab=False), "a-cp1"),
    "NOD101": (well(mode("/etc/cni/net.d/10-seakeep.conflist", state(0o644))), "a-cp1"),
    "NOD102": (well(mode("/etc/systemd/system/kubelet.service", state(0o644))), "a-cp1"),
    "NOD103": (well(mode("/etc/kubernetes/kubelet.conf", state(0o644))), "a-cp1"),
    "NOD104": (well(mode("/var/lib/kubelet/config.yaml", state(0o644))), "a-cp1"),
    "SEC001": (well(**lost("anonymous")), "a-cp1"),
    "SEC002": (well(**lost("kubelet")), "a-cp1"),
    "SEC003": (well(**lost("etcd")), "a-cp1"),
    "SEC004": (well(**lost("privileged")), "a-cp1"),
    "SEC005": (well(**lost("encryption")), "a-cp1"),
    "SEC006": (well(**lost("audit")), "a-cp1"),
    "SEC007": (well(**lost("tls")), "a-cp1"),
}
PERSONS = {"LIV010", "LIV011", "LIV012"}
APART = {"LIV013", "LIV014", "LIV015", "LIV021", *(id_ for id_, _ in TENANTS)}
"""Tried in tests of their own."""
BLIND = well(
    lambda said: said.clear(),
    unread=dict.fromkeys(("nodes", "pods", "cronjobs", "services", "namespaces", "clusterrolebindings"), "refused"),
    proofs={},
    requested={},
    releases=None,
)


def verdicts(id_: str, live: Live) -> list[tuple[Verdict, str]]:
    found = run([BY_ID[id_]], live, passes=True).said
    return [(each.note.verdict, each.note.subject) for each in found]


def test_every_check_is_tried() -> None:
    assert set(BY_ID) == set(WRONG) | PERSONS | APART
    assert {module.CHECK.scope for module in CHECKS} == {Scope.LIVE}


@pytest.mark.parametrize("id_", sorted(WRONG))
def test_a_cluster_that_is_well_passes(id_: str) -> None:
    # The network plugin of the example does not enforce policies, and that is said; nor has a lab clocks of its own.
    live = {"LIV020": well(design=calico()), "NOD005": well(lab=False)}.get(id_, well())
    found = {verdict for verdict, _ in verdicts(id_, live)}
    assert found == ({Verdict.NOT_APPLICABLE} if id_ == "LIV002" else {Verdict.PASS})


@pytest.mark.parametrize("id_", sorted(WRONG))
def test_what_is_wrong_is_found_where_it_is_and_by_no_pass(id_: str) -> None:
    live, subject = WRONG[id_]
    found = verdicts(id_, live)
    assert (Verdict.FAIL, subject) in found
    assert Verdict.UNKNOWN not in {verdict for verdict, _ in found}


@pytest.mark.parametrize("id_", sorted(set(WRONG) - {"CPL005", "LIV004", "LIV020"}))
def test_what_could_not_be_read_is_unknown(id_: str) -> None:
    assert {verdict for verdict, _ in verdicts(id_, BLIND)} == {Verdict.UNKNOWN}


def test_the_end_of_a_release_is_told_two_months_ahead_and_after_it() -> None:
    end = datetime.fromisoformat(DESIGN.release.minor.end_of_life).replace(tzinfo=UTC)
    for days, verdict, text in ((-61, "PASS", "until"), (-59, "FAIL", "no fixes after"), (1, "FAIL", "no fixes since")):
        (said,) = run([BY_ID["CPL005"]], well(now=end + timedelta(days=days)), passes=True).said
        assert (said.note.verdict.name, text in said.note.message) == (verdict, True)


def test_a_clock_that_nobody_keeps_is_told_apart_from_one_that_says_nothing_and_from_a_lab() -> None:
    silent = put("a-cp1", clock.FACT.id, ClockState(now=1000.0, synchronised=None))
    assert (Verdict.UNKNOWN, "a-cp1") in verdicts("NOD005", well(silent, lab=False))
    assert {verdict for verdict, _ in verdicts("NOD005", well(silent))} == {Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("id_", sorted(PERSONS))
def test_what_a_person_decides_is_shown_with_its_evidence(id_: str) -> None:
    (said,) = run([BY_ID[id_]], well()).said
    assert said.note.verdict is Verdict.NOT_APPLICABLE
    assert said.note.message.startswith(REVIEW)


def test_an_enforcer_beside_the_plugin_is_enough() -> None:
    design = replace(DESIGN, network=replace(DESIGN.network, policy_enforcer="kube-router"))
    assert verdicts("LIV020", well(design=design)) == [(Verdict.PASS, "network")]


def test_a_learner_that_was_forgotten_is_found() -> None:
    said = run([BY_ID["ETCD001"]], well(each_member(members=(*MEMBERS, LEARNER)))).said
    assert {each.note.message for each in said} == {"learners are left in the member list: new"}


def test_one_lost_machine_is_unknown_and_the_others_are_judged() -> None:
    found = verdicts("ETCD001", well(lambda said: said.pop("c-etcd1")))
    assert found.count((Verdict.PASS, "a-etcd1")) == 1
    assert (Verdict.UNKNOWN, "c-etcd1") in found


@pytest.mark.parametrize(
    ("hook", "pods", "verdict"),
    [
        ({"failurePolicy": "Ignore"}, 0, Verdict.PASS),
        ({}, 2, Verdict.PASS),
        ({}, 1, Verdict.FAIL),
        ({"clientConfig": {"url": "https://elsewhere"}}, 0, Verdict.UNKNOWN),
        (
            {
                "namespaceSelector": {
                    "matchExpressions": [
                        {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}
                    ]
                }
            },
            0,
            Verdict.PASS,
        ),
    ],
)
def test_webhooks(hook: dict[str, Any], pods: int, verdict: Verdict) -> None:
    body = {**HOOK, "webhooks": [{**HOOK["webhooks"][0], **hook}]}  # type: ignore[dict-item,index]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "hook", "namespace": "x"},
        "spec": {"selector": {"app": "hook"}},
    }
    behind = tuple(
        LivePod(
            namespace="x",
            name=f"h{n}",
            node="n",
            labels={"app": "hook"},
            phase="Running",
            ready=True,
            owner="ReplicaSet",
        )
        for n in range(pods)
    )
    assert [found for found, _ in verdicts("LIV002", well(index=objects(body, service), pods=behind))] == [verdict]


def test_a_pod_that_nobody_would_make_again_stops_a_drain() -> None:
    bare = LivePod(namespace="x", name="bare", node="a-cp1", labels={}, phase="Running", ready=True, owner="")
    ended = replace(bare, name="ended", node="b-cp1", phase="Succeeded")
    found = verdicts("NOD004", well(pods=(bare, ended)))
    assert [subject for verdict, subject in found if verdict is Verdict.FAIL] == ["a-cp1"]


def test_a_check_that_breaks_is_unknown() -> None:
    broken = well(index=None)
    (said,) = run([BY_ID["LIV003"]], broken).said
    assert said.note.verdict is Verdict.UNKNOWN
    assert "could not cope" in said.note.message


POD = LivePod(
    namespace="x", name="p", node="a-cp1", labels={"app": "p"}, phase="Running", ready=True, owner="ReplicaSet"
)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ""),
        ({"phase": "Succeeded", "ready": False}, ""),
        ({"phase": "Failed"}, "its phase is Failed"),
        ({"waiting": "ImagePullBackOff", "ready": False}, "a container waits: ImagePullBackOff"),
        ({"restarts": 5}, "a container was restarted 5 times"),
        ({"leaving": True}, "it is being deleted"),
        ({"phase": "Pending", "ready": False}, "it is Pending and not ready"),
    ],
)
def test_pods_that_are_not_well(fields: dict[str, Any], said: str) -> None:
    found = run([BY_ID["LIV013"]], well(pods=(replace(POD, **fields),))).said
    assert [each.note.message for each in found if each.note.verdict is Verdict.FAIL] == ([said] if said else [])


@pytest.mark.parametrize(
    ("ready", "said"),
    [
        ((True, True), []),
        ((True, False), ["only p0 answers"]),
        ((False,), ["it selects 1 pods, and none is ready"]),
        ((), ["it selects 0 pods, and none is ready"]),
    ],
)
def test_services_have_pods_that_answer(ready: tuple[bool, ...], said: list[str]) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "namespace": "x"},
        "spec": {"selector": {"app": "p"}},
    }
    pods = tuple(replace(POD, name=f"p{number}", ready=each) for number, each in enumerate(ready))
    found = run([BY_ID["LIV014"]], well(index=objects(service), pods=pods)).said
    assert [each.note.message for each in found] == said


@pytest.mark.parametrize("id_", ["LIV013", "LIV014"])
def test_pods_that_could_not_be_read_are_unknown(id_: str) -> None:
    (said,) = run([BY_ID[id_]], well(unread={"pods": "forbidden"})).said
    assert said.note.verdict is Verdict.UNKNOWN


def certificate(end: datetime) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name.from_rfc4514_string("CN=etcd")
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, end - timedelta(days=365), end)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("days", "expected"),
    [(31, "PASS"), (29, "FAIL warning"), (6, "FAIL error"), (-1, "FAIL error"), (None, "UNKNOWN error")],
)
def test_certificates_that_end_soon(days: int | None, expected: str) -> None:
    end = datetime(2026, 11, 25, tzinfo=UTC) + timedelta(days=days or 0)
    pem = certificate(end) if days is not None else "no certificate"
    held = OnDisk(files={}, kubeconfigs={"/etc/kubernetes/kubelet.conf": {"client-certificate-data": pem}})
    for each in (held, OnDisk(files={"/etc/etcd/pki/server.crt": (pem,)}, kubeconfigs={})):
        live = well(put("a-cp1", certificates.FACT.id, each))
        notes = [note for note in BY_ID["LIV015"].judge(live) if note.subject == "a-cp1"]
        said = [f"{note.verdict} {note.severity or 'error'}" if note.message else str(note.verdict) for note in notes]
        assert said == [expected]


@pytest.mark.parametrize(("id_", "proof"), TENANTS)
@pytest.mark.parametrize(("held", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL), (None, Verdict.UNKNOWN)])
def test_a_proof_about_tenants(id_: str, proof: str, held: bool | None, verdict: Verdict) -> None:
    tried = {proof: (("tenant shop", Proof(held=held, said="")),)}
    assert verdicts(id_, well(design=SHARED, proofs=tried)) == [(verdict, "tenant shop")]


@pytest.mark.parametrize("id_", [id_ for id_, _ in TENANTS])
def test_without_tenants_there_is_nothing_to_prove_and_untried_is_unknown(id_: str) -> None:
    assert [verdict for verdict, _ in verdicts(id_, well())] == [Verdict.NOT_APPLICABLE]
    assert [verdict for verdict, _ in verdicts(id_, well(design=SHARED))] == [Verdict.UNKNOWN]


def test_traffic_is_not_asked_about_where_no_tenant_is_isolated() -> None:
    loose = replace(SHARED, tenants=tuple(replace(each, isolated=False) for each in SHARED.tenants))
    assert [verdict for verdict, _ in verdicts("SEC014", well(design=loose))] == [Verdict.NOT_APPLICABLE]


def former(name: str) -> dict[str, Any]:
    metadata = {"name": name, "labels": {"seakeep.io/tenant": name}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def test_the_namespace_of_a_former_tenant_is_found() -> None:
    live = well(design=SHARED, index=objects(former("shop"), former("gone")))
    assert verdicts("LIV021", live) == [(Verdict.PASS, "shop"), (Verdict.FAIL, "gone")]
    assert [verdict for verdict, _ in verdicts("LIV021", well())] == [Verdict.NOT_APPLICABLE]
    assert [verdict for verdict, _ in verdicts("LIV021", BLIND)] == [Verdict.UNKNOWN]
