"""Certificates: judged from disks and ports, chosen by name, and replaced only when nobody is left behind."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from seakeep.artifacts.registry import render_machine
from seakeep.core.change import Change
from seakeep.core.errors import Exit, RefusedError, RunError, UsageError
from seakeep.core.secret import SecretRef
from seakeep.core.verdict import Verdict
from seakeep.design.traits import Traits
from seakeep.engine.journal import Journal, Result
from seakeep.facts.certificates import KUBELET_CLIENT, OnDisk
from seakeep.flows import certs, renew, resume, rotate, trusting
from seakeep.flows.certs_chosen import authority, due, meant
from seakeep.flows.certs_judged import Port, Seen, judged, ports
from seakeep.flows.rotate import Wanted
from seakeep.flows.view import View, context_of
from seakeep.phases import keys
from seakeep.report.apply import ApplyReport
from seakeep.report.certs import CertificateRow, CertificatesReport
from seakeep.state import certificates, pki, rotation
from seakeep.state.kubeconfig import operator_kubeconfig
from seakeep.state.rotation import Stage
from seakeep.state.runs import new_run
from seakeep.transport.fake import FakeHost
from seakeep.transport.tls import shown

from .world import FakeSession

ALL = ("cluster", "etcd", "front-proxy", "service-account")


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> FakeSession:
    """A cluster whose certificates exist. Tests that change the state folder take `fresh`."""
    return made(tmp_path_factory.mktemp("issued"))


@pytest.fixture
def fresh(tmp_path: Path) -> FakeSession:
    return made(tmp_path)


def made(folder: Path) -> FakeSession:
    session = FakeSession(folder, "single")
    settle(session)
    return session


def settle(session: FakeSession) -> None:
    for each in pki.missing(session.state, session.design, session.clock.now()):
        pki.issue(session.state, session.design, each.name, session.clock)


def pems(session: FakeSession, name: str) -> tuple[str, ...]:
    stored = session.state.read(name)
    assert stored is not None
    found = x509.load_pem_x509_certificates(stored.reveal())
    return tuple(certificates.pem(each).decode() for each in found)


def der(pem: str) -> bytes:
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)


def seen(session: FakeSession) -> Seen:
    """Everything as it was issued."""
    design = session.design
    disks = {
        machine.name: OnDisk(
            {
                file.path: pems(session, file.parts[0].name)  # type: ignore[union-attr]
                for file in render_machine(design, machine, Traits()).files
                if file.path.endswith(".crt")
            },
            {"/etc/kubernetes/scheduler.conf": {"client-certificate": "/etc/kubernetes/pki/scheduler.crt"}},
        )
        for machine in design.machines
    }
    answers = {
        (machine.name, port): der(pems(session, port.leaf)[0])
        for machine in design.machines
        for port in ports(design, machine)
    }
    return Seen(disks=disks, errors={}, shown=answers)


def judge(session: FakeSession, found: Seen, *, after: timedelta = timedelta(0)) -> CertificatesReport:
    return judged(session.design, session.state, found, session.clock.now() + after)


def row(report: CertificatesReport, name: str) -> CertificateRow:
    return next(each for each in report.certificates if each.name == name)


def wrong(report: CertificatesReport) -> dict[str, tuple[str, ...]]:
    return {each.name: each.problems for each in report.certificates if each.verdict is not Verdict.PASS}


def test_all_is_well_and_every_certificate_is_there(issued: FakeSession) -> None:
    report = judge(issued, seen(issued))
    assert (report.verdict, report.exit_code, wrong(report)) == (Verdict.PASS, Exit.OK, {})
    pki_ = issued.design.pki
    assert {each.name for each in report.certificates} == {
        *(f"{leaf.ca}/{leaf.name}" for leaf in pki_.leaves),
        *(f"{ca.name}/ca" for ca in pki_.cas),
    }
    api = row(report, "cluster/apiserver-single")
    assert (api.subject, api.issuer) == ("CN=kube-apiserver", "CN=seakeep single cluster")
    assert {"localhost", "10.78.0.11", "10.96.0.1"} <= set(api.sans)
    assert [(each.component, each.address, each.matches) for each in api.served] == [
        ("kube-apiserver", "10.78.0.11:6443", True)
    ]
    scheduler = row(report, "cluster/scheduler-single").places[1]
    assert scheduler.used_by == ("kube-scheduler", "/etc/kubernetes/scheduler.conf")
    served = {each.address.rpartition(":")[2] for line in report.certificates for each in line.served}
    assert served == {"2379", "2380", "6443", "10250", "10257", "10259"}


def test_every_end_that_is_near_is_a_problem(issued: FakeSession) -> None:
    assert judge(issued, seen(issued), after=timedelta(days=334)).verdict is Verdict.PASS
    report = judge(issued, seen(issued), after=timedelta(days=336))
    assert report.exit_code is Exit.NEGATIVE
    assert len(wrong(report)) == len(issued.design.pki.leaves)
    assert "ended" in "".join(wrong(judge(issued, seen(issued), after=timedelta(days=3651)))["etcd/ca"])


def test_an_authority_is_due_a_leaf_s_life_before_its_end(issued: FakeSession) -> None:
    report = judge(issued, seen(issued), after=timedelta(days=3650 - 364))
    assert "rotate-ca etcd" in wrong(report)["etcd/ca"][0]


def test_what_is_served_is_compared_with_what_lies_on_the_disk(issued: FakeSession) -> None:
    found = seen(issued)
    (machine,) = issued.design.machines
    kubelet = next(port for port in ports(issued.design, machine) if port.component == "kubelet")
    other = der(pems(issued, "pki/cluster/admin.crt")[0])
    report = judge(issued, replace(found, shown={**found.shown, ("single", kubelet): other}))
    assert report.exit_code is Exit.NEGATIVE
    assert wrong(report) == {
        "cluster/kubelet-single": ("kubelet on single serves another one than /etc/kubernetes/pki/kubelet.crt",)
    }
    report = judge(issued, replace(found, shown={**found.shown, ("single", kubelet): "no handshake within 10 s"}))
    assert (report.verdict, report.exit_code) == (Verdict.UNKNOWN, Exit.UNDECIDED)
    assert row(report, "cluster/kubelet-single").served[0].matches is None


def test_what_lies_on_the_disk_is_compared_with_what_was_issued(issued: FakeSession) -> None:
    found = seen(issued)
    disk = found.disks["single"]
    files = {**disk.files, "/etc/kubernetes/pki/apiserver.crt": pems(issued, "pki/cluster/admin.crt")}
    del files["/etc/kubernetes/pki/ca.crt"]
    report = judge(issued, replace(found, disks={"single": OnDisk(files, {})}))
    assert "is another one" in wrong(report)["cluster/apiserver-single"][0]
    assert "/etc/kubernetes/pki/ca.crt on single is not there" in wrong(report)["cluster/ca"][0]


def test_a_machine_that_does_not_answer_is_unknown(issued: FakeSession) -> None:
    silent = Seen(disks={}, errors={"single": "no route"}, shown=dict.fromkeys(seen(issued).shown, "no route"))
    report = judge(issued, silent)
    assert (report.verdict, report.exit_code) == (Verdict.UNKNOWN, Exit.UNDECIDED)
    assert [(each.subject, each.reason) for each in report.errors] == [("single", "no route")]
    assert row(report, "cluster/admin").verdict is Verdict.PASS
    ending = judge(issued, silent, after=timedelta(days=336))
    assert ending.exit_code is Exit.NEGATIVE


def test_a_kubelet_s_own_certificate_is_judged_by_its_signer_and_its_life(fresh: FakeSession) -> None:
    found = seen(fresh)
    own = pems(fresh, "pki/cluster/node-single.crt")

    def with_own(pem: tuple[str, ...]) -> Seen:
        disk = found.disks["single"]
        return replace(found, disks={"single": OnDisk({**disk.files, KUBELET_CLIENT: pem}, {})})

    assert row(judge(fresh, with_own(own)), "kubelet/single").verdict is Verdict.PASS
    late = judge(fresh, with_own(own), after=timedelta(days=340))
    assert "overdue" in wrong(late)["kubelet/single"][0]
    assert (
        "not trusted" in wrong(judge(fresh, with_own(pems(fresh, "pki/etcd/health-single.crt"))))["kubelet/single"][0]
    )
    for stage in (Stage.TRUST, Stage.REISSUE):
        pki.issue(fresh.state, fresh.design, rotation.step("cluster", stage), fresh.clock)
    assert "previous authority" in wrong(judge(fresh, with_own(own)))["kubelet/single"][0]


def test_a_rotation_shows_with_its_authorities(fresh: FakeSession) -> None:
    pki.issue(fresh.state, fresh.design, rotation.step("etcd", Stage.TRUST), fresh.clock)
    report = judge(fresh, seen(fresh))
    assert [(each.authority, each.stage) for each in report.rotations] == [("etcd", "trust")]
    assert row(report, "etcd/next").kind == "authority"
    assert report.verdict is Verdict.PASS


@asynccontextmanager
async def server(session: FakeSession, leaf: str, folder: Path, *, ask: bool) -> AsyncIterator[Path]:
    """A TLS server with this certificate on a Unix socket; `ask`: it wants to see a client's, as etcd does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(session.state.path(leaf), session.state.path(leaf.replace(".crt", ".key")))
    if ask:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(session.state.path("pki/etcd/ca.crt"))
    path = folder / "s"
    running = await asyncio.start_unix_server(lambda _, writer: writer.close(), path, ssl=context)
    try:
        yield path
    finally:
        running.close()


@pytest.mark.parametrize("ask", [False, True])
async def test_the_certificate_that_a_server_shows_is_read_whether_or_not_it_asks_for_ours(
    issued: FakeSession, tmp_path: Path, ask: bool
) -> None:
    leaf = "pki/etcd/server-single.crt"
    async with server(issued, leaf, tmp_path, ask=ask) as socket:
        assert await shown(socket, None, timeout=300) == der(pems(issued, leaf)[0])


async def test_ports_are_asked_through_their_machine(issued: FakeSession, tmp_path: Path) -> None:
    leaf = "pki/etcd/server-single.crt"
    async with server(issued, leaf, tmp_path, ask=True) as socket:
        host = FakeHost("single", sockets={("10.78.0.11", 2379): socket})
        session = cast("Any", _Reaching(issued, host))
        (machine,) = issued.design.machines
        found = await certs.see(session)
        assert found.errors == {"single": "no route"}
        session.raw = {"single": {"certificates": b"F|/x.crt\n"}}
        found = await certs.see(session)
        etcd, *others = ports(issued.design, machine)
        assert found.shown["single", etcd] == der(pems(issued, leaf)[0])
        assert {found.shown["single", other] for other in others} == {f"no way to {other.where}" for other in others}


class _Reaching:
    """The session of a machine that answers, or not."""

    def __init__(self, session: FakeSession, host: FakeHost) -> None:
        self.design, self.state, self._session, self._host = session.design, session.state, session, host
        self.raw: dict[str, dict[str, bytes]] = {}

    def host(self, name: str) -> FakeHost:
        return self._host

    async def read(self, *args: Any, **kwargs: Any) -> Any:
        self._session.raw = self.raw
        return await self._session.read(*args, **kwargs)


def test_names_mean_leaves(issued: FakeSession) -> None:
    design = issued.design
    assert [leaf.cert for leaf in meant(design, ["apiserver-single"])] == [
        "pki/cluster/apiserver-single.crt",
        "pki/etcd/apiserver-single.crt",
    ]
    assert [leaf.cert for leaf in meant(design, ["etcd/apiserver-single"])] == ["pki/etcd/apiserver-single.crt"]
    assert meant(design, ["pki/cluster/admin.crt"]) == (design.pki.leaf("cluster", "admin"),)
    assert {leaf.host for leaf in meant(design, ["single"])} == {"single"}
    assert len(meant(design, ["single", "admin", "viewer", "break-glass"])) == len(design.pki.leaves)


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("apiservr-single", "there is no certificate 'apiservr-single'", "did you mean apiserver-single?"),
        ("zzz", "there is no certificate 'zzz'", "`seakeep certs list`"),
        ("etcd", "'etcd' is an authority", "seakeep certs rotate-ca etcd"),
        ("cluster/ca", "'cluster/ca' is an authority", "seakeep certs rotate-ca cluster"),
        ("kubelet/single", "is the kubelet's own", "seakeep apply"),
    ],
)
def test_a_name_that_is_none_is_refused(issued: FakeSession, word: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        meant(issued.design, ["admin", word])
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_machine_without_a_certificate_is_told_apart_from_an_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a-lb1 has no certificate of its own"):
        meant(FakeSession(tmp_path).design, ["a-lb1"])


def test_what_ends_within_a_time_is_due(issued: FakeSession) -> None:
    design, now = issued.design, issued.clock.now()
    ends = {leaf.cert: now + timedelta(days=40) for leaf in design.pki.leaves}
    ends["pki/cluster/admin.crt"] = now + timedelta(days=20)
    assert [leaf.cert for leaf, _ in due(design, ends, within=timedelta(days=30), now=now)] == ["pki/cluster/admin.crt"]
    assert len(due(design, ends, within=timedelta(days=40), now=now)) == len(design.pki.leaves)


def test_authorities_are_named(issued: FakeSession) -> None:
    assert authority(issued.design, ["etcd", "cluster"]) == ("cluster", "etcd")
    assert authority(issued.design, ["all"]) == ALL
    with pytest.raises(UsageError) as caught:
        authority(issued.design, ["clutser"])
    assert caught.value.hint == f"did you mean cluster? it is one of {', '.join(ALL)}, or all"


async def test_a_second_rotation_at_once_is_refused(fresh: FakeSession) -> None:
    pki.issue(fresh.state, fresh.design, rotation.step("etcd", Stage.TRUST), fresh.clock)
    with pytest.raises(RefusedError) as caught:
        await rotate.rotate(fresh, lambda _: True, Wanted(words=["cluster"]))
    assert "already in progress: etcd (at trust)" in caught.value.message
    assert "certs rotate-ca etcd" in caught.value.hint
    assert rotation.stages(fresh.state, fresh.design) == {"etcd": Stage.TRUST}


async def test_a_rotation_does_not_begin_on_machines_that_do_not_answer(fresh: FakeSession) -> None:
    with pytest.raises(RefusedError):
        await rotate.rotate(fresh, lambda _: True, Wanted(words=["etcd"]))
    assert rotation.stages(fresh.state, fresh.design) == {}


async def test_an_authority_is_not_dropped_while_something_is_not_of_the_new_one(
    fresh: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stage in (Stage.TRUST, Stage.REISSUE):
        pki.issue(fresh.state, fresh.design, rotation.step("etcd", stage), fresh.clock)
        found = seen(fresh)

    async def look(session: object) -> Seen:
        return found

    monkeypatch.setattr(rotate, "see", look)
    wanted = Wanted(words=["etcd"])
    with pytest.raises(RefusedError, match="issued by another authority"):
        await rotate._refuse_too_early(fresh, Stage.DROP, ["etcd"], wanted)
    settle(fresh)
    with pytest.raises(RefusedError, match="is another one"):
        await rotate._refuse_too_early(fresh, Stage.DROP, ["etcd"], wanted)
    found = seen(fresh)
    await rotate._refuse_too_early(fresh, Stage.DROP, ["etcd"], wanted)
    found = replace(found, shown=dict.fromkeys(found.shown, "no answer"))
    with pytest.raises(RefusedError, match="did not tell"):
        await rotate._refuse_too_early(fresh, Stage.DROP, ["etcd"], wanted)


def pod(name: str, started: str, *, volume: str = "kube-root-ca.crt", namespace: str = "shop") -> dict[str, Any]:
    sources = [{"serviceAccountToken": {"path": "token"}}, {"configMap": {"name": volume}}]
    return {
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"volumes": [{"emptyDir": {}}, {"projected": {"sources": sources}}]},
        "status": {"phase": "Running", "startTime": started},
    }


async def test_pods_that_may_not_trust_the_next_authority_stand_in_the_way(fresh: FakeSession) -> None:
    published = fresh.clock.now()
    trusting._note(fresh, trusting._PUBLISHED, published)
    before, after = ((published + timedelta(seconds=n)).strftime("%Y-%m-%dT%H:%M:%SZ") for n in (-1, 1))
    items = [
        pod("new", after),
        pod("other-volume", before, volume="something"),
        pod("coredns-1-2", before, namespace="kube-system"),
    ]
    fresh.answer = lambda method, path: (200, {"items": items})
    await trusting.refuse_old_pods(fresh)
    items.append(pod("old", before))
    with pytest.raises(RefusedError) as caught:
        await trusting.refuse_old_pods(fresh)
    assert "1 pod started before" in caught.value.message
    assert "shop/old" in caught.value.message
    assert "--ignore-pods" in caught.value.hint


def test_a_key_is_not_forgotten_while_its_tokens_are_valid(fresh: FakeSession) -> None:
    trusting.refuse_young_key(fresh)
    trusting._note(fresh, trusting._SIGNED, fresh.clock.now() - timedelta(minutes=59))
    with pytest.raises(RefusedError, match="are valid until"):
        trusting.refuse_young_key(fresh)
    trusting._note(fresh, trusting._SIGNED, fresh.clock.now() - timedelta(minutes=60))
    trusting.refuse_young_key(fresh)


def test_ports_belong_to_leaves_of_the_design(issued: FakeSession) -> None:
    def found() -> Iterator[Port]:
        for machine in issued.design.machines:
            yield from ports(issued.design, machine)

    serving = {leaf.cert for leaf in issued.design.pki.leaves if leaf.server}
    assert {port.leaf for port in found()} == serving


async def test_a_kubeconfig_of_the_user_s_is_judged_by_its_end_its_signer_and_what_it_trusts(
    fresh: FakeSession, tmp_path: Path
) -> None:
    file = tmp_path / "config"
    file.write_bytes(operator_kubeconfig(fresh.state, fresh.design).reveal())

    async def look() -> CertificateRow:
        return row(await certs.certs(fresh, [file]), f"kubeconfig {file}")

    assert (await look()).verdict is Verdict.PASS
    assert (await look()).subject == "CN=seakeep-admin,O=seakeep:admins"
    for stage in (Stage.TRUST, Stage.REISSUE):
        pki.issue(fresh.state, fresh.design, rotation.step("cluster", stage), fresh.clock)
    assert (await look()).problems == ("trusts something else than the cluster does now: seakeep kubeconfig",)
    pki.issue(fresh.state, fresh.design, rotation.step("cluster", Stage.DROP), fresh.clock)
    assert "was signed by an authority that is not trusted" in (await look()).problems
    fresh.clock.time += 336 * 86400  # type: ignore[attr-defined]
    assert "ends soon: seakeep kubeconfig makes a new file" in (await look()).problems


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"apiVersion: v1\n", "holds no certificate of single"),
        (b"users: [{name: other-admin, user: {client-certificate-data: AAAA}}]\n", "holds no certificate of single"),
        (b"users: [{name: single-admin, user: {client-certificate-data: AAAA}}]\n", "is not a certificate"),
        (b"users: [{name: single-admin, user: {client-certificate-data: A}}]\n", "is not a certificate"),
        (b"users: 7\n", "is not a kubeconfig"),
        (b"{\n", "is not a kubeconfig"),
        (b"\xff\xfe\xfa", "is not a kubeconfig"),
        (None, "cannot be read: No such file"),
    ],
)
async def test_a_file_that_is_no_kubeconfig_is_refused(
    issued: FakeSession, tmp_path: Path, text: bytes | None, message: str
) -> None:
    file = tmp_path / "config"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(UsageError, match=message):
        await certs.certs(issued, [file])


def test_a_note_of_the_rotation_before_does_not_count(fresh: FakeSession) -> None:
    """A rotation that ended in another way than by the command leaves its note behind."""
    for stage in (Stage.TRUST, Stage.REISSUE, Stage.DROP, Stage.TRUST):
        pki.issue(fresh.state, fresh.design, rotation.step("cluster", stage), fresh.clock)
        settle(fresh)
        if stage is Stage.TRUST:
            assert trusting._noted(fresh, trusting._PUBLISHED) is None
            trusting._note(fresh, trusting._PUBLISHED, fresh.clock.now())
            assert trusting._noted(fresh, trusting._PUBLISHED) == fresh.clock.now()


async def test_a_renewal_that_was_stopped_is_resumed_with_what_it_has_not_issued(
    fresh: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state folder does not tell what was only asked for; the journal does."""
    run = new_run(fresh.state, "renew", fresh.clock.now())
    fresh.state.write(f"runs/{run.id}/spec.yaml", fresh.loaded.content)
    names = [f"pki/cluster/{name}.crt" for name in ("admin", "viewer", "break-glass")]
    ids = [f"operator/keys/{name}" for name in names]
    with Journal(run.journal, clock=fresh.clock) as journal:
        journal.run_start(run=run.id, by="me", command="renew", planned=[*ids, "single/node/file:/x"])
        changes = [Change(id=each, host="operator", phase="keys", what="w", why="y") for each in ids[:2]]
        await journal.begin(changes)
        journal.end(ids[0], Result.DONE)
    wishes: list[str] = []

    async def fake(session: object, *, wish: Any, **others: Any) -> ApplyReport:
        wishes.extend(each.name for each in wish(None))
        assert others["command"] == "renew"
        return ApplyReport(cluster_name="c", changes=0, phases=(), run_dir="")

    async def served(session: object) -> None:
        wishes.append("served")

    monkeypatch.setattr(resume, "apply", fake)
    monkeypatch.setattr(resume, "served", served)
    await resume.resume(fresh, None, lambda _: True)
    assert wishes == [*names[1:], "served"]


async def test_a_rotation_goes_on_once_all_is_served_also_what_a_killed_run_brought(
    fresh: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who follows its files does so within a minute: until then `drop` would be refused for no reason."""
    for stage in (Stage.TRUST, Stage.REISSUE):
        pki.issue(fresh.state, fresh.design, rotation.step("etcd", stage), fresh.clock)
    seen_in_order: list[str] = []

    async def nothing_to_do(session: object, confirm: object, *, command: str, wish: object) -> ApplyReport:
        seen_in_order.append("apply" if wish is rotate.no_wish else "drop")
        return ApplyReport(cluster_name="c", changes=0, phases=(), run_dir="")

    async def served(session: object) -> None:
        seen_in_order.append("served")

    async def judged(*_: object) -> None:
        seen_in_order.append("judged")

    monkeypatch.setattr(rotate, "applied", nothing_to_do)
    monkeypatch.setattr(rotate, "served", served)
    monkeypatch.setattr(rotate, "_refuse_too_early", judged)
    await rotate.rotate(fresh, lambda _: True, Wanted(words=["etcd"]))
    assert seen_in_order == ["apply", "served", "judged", "drop"]


def test_what_is_asked_for_is_in_the_plan_with_what_it_does_to_machines(issued: FakeSession) -> None:
    """A stage comes before the certificates that it signs; files that hold what is about to change are in the plan."""
    leaf = issued.design.pki.leaf("etcd", "server-single")
    asked = (
        pki.Missing(leaf.cert, "its authority is replaced"),
        pki.Missing(rotation.step("etcd", Stage.TRUST), "asked for"),
    )
    context = context_of(issued, View(facts={}, unreachable={}, findings=[], objects=None, asked=asked))
    assert context.missing == (
        (rotation.step("etcd", Stage.TRUST), "asked for"),
        (leaf.cert, "its authority is replaced"),
    )
    for name in (leaf.cert, leaf.key, rotation.trust_name("etcd")):
        assert context.resolve(SecretRef(name)) is None
    assert context.resolve(SecretRef(rotation.ca_name("etcd"))) is not None
    assert [step.change.what for step in keys.plan(context)] == [
        "make and trust the next etcd authority",
        f"issue {leaf.cert}",
    ]


async def test_a_renewal_waits_until_every_port_serves_what_lies_on_the_disk(
    fresh: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = seen(fresh)
    (machine,) = fresh.design.machines
    port = ports(fresh.design, machine)[0]
    old = der(pems(fresh, "pki/cluster/admin.crt")[0])
    answers = [replace(good, shown={**good.shown, ("single", port): each}) for each in (old, "no answer", old)]

    async def look(session: object) -> Seen:
        return answers.pop(0) if answers else good

    monkeypatch.setattr(renew, "see", look)
    begin = fresh.clock.monotonic()
    await renew.served(fresh)
    assert fresh.clock.monotonic() - begin == 6
    answers = [replace(good, shown={**good.shown, ("single", port): "no answer"})] * 9
    monkeypatch.setattr(renew, "SERVED_LIMIT", 6.0)
    with pytest.raises(RunError, match=r"the new certificates to be served.*etcd clients on single: no answer"):
        await renew.served(fresh)


async def listed(session: FakeSession, *names: str) -> list[str]:
    report = await certs.certs(session, names=names)
    assert report.named == names
    return sorted(each.name for each in report.certificates)


async def test_a_list_of_what_was_named_holds_only_that(fresh: FakeSession) -> None:
    assert await listed(fresh, "apiserver-single") == ["cluster/apiserver-single", "etcd/apiserver-single"]
    assert await listed(fresh, "pki/etcd/ca.crt", "cluster/admin") == ["cluster/admin", "etcd/ca"]
    assert await listed(fresh, "etcd") == ["etcd/ca"]
    pki.issue(fresh.state, fresh.design, rotation.step("etcd", Stage.TRUST), fresh.clock)
    assert await listed(fresh, "etcd") == ["etcd/ca", "etcd/next"]
    held = {"kubelet/single", *(f"{leaf.ca}/{leaf.name}" for leaf in fresh.design.pki.leaves if leaf.host == "single")}
    assert set(await listed(fresh, "single")) == held


async def test_a_list_of_an_unknown_name_names_the_nearest(fresh: FakeSession) -> None:
    with pytest.raises(UsageError, match="no certificate 'apiserver-singel'") as raised:
        await certs.certs(fresh, names=("apiserver-singel",))
    assert "did you mean apiserver-single?" in (raised.value.hint or "")


async def test_a_kubelet_s_certificate_that_could_not_be_read_is_unknown(fresh: FakeSession) -> None:
    report = await certs.certs(fresh, names=("kubelet/single",))
    (only,) = report.certificates
    assert (only.verdict, report.verdict, only.subject) == (Verdict.UNKNOWN, Verdict.UNKNOWN, None)
    assert only.problems == (f"{KUBELET_CLIENT} on single could not be read",)


def test_a_kubelet_that_has_asked_for_none_yet_is_told_and_is_no_problem(issued: FakeSession) -> None:
    report = judge(issued, seen(issued))
    with pytest.raises(UsageError, match="kubelet/single: not there yet"):
        certs._only(report, ("kubelet/single",), frozenset({"kubelet/single"}))
