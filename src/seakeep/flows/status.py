"""status: read the machines and the API, and judge. What does not answer is unknown, never healthy."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import floor

import msgspec
from cryptography import x509

from seakeep.artifacts import coredns
from seakeep.core.clock import rfc3339
from seakeep.core.errors import MachineError, SeakeepError
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict, merge
from seakeep.design.model import Role
from seakeep.facts import apiserver, etcd, kubelet_cert, vip
from seakeep.facts.base import FactSet
from seakeep.facts.registry import HEALTH
from seakeep.facts.vip import VipState
from seakeep.flows import readiness
from seakeep.flows.dns_pods import dns_nodes
from seakeep.flows.gates import etcd_health
from seakeep.flows.session import Session
from seakeep.phases.node import LATE
from seakeep.report.document import span
from seakeep.report.model import Unanswered
from seakeep.report.status import (
    ApiServer,
    CertificateStatus,
    DnsStatus,
    EndpointStatus,
    EtcdMember,
    EtcdStatus,
    FencedMachine,
    NodeStatus,
    StatusReport,
)
from seakeep.state import pki, rotation
from seakeep.transport.api import ApiClient, ApiError, decoded

READ_LIMIT = 15.0


@dataclass(slots=True)
class _Judgement:
    findings: list[Finding] = field(default_factory=list)
    errors: list[Unanswered] = field(default_factory=list)

    def add(self, area: str, subject: str, good: bool | None, message: str, fix: str) -> None:
        verdict = Verdict.UNKNOWN if good is None else Verdict.PASS if good else Verdict.FAIL
        self.findings.append(
            Finding(
                id=f"STATUS-{area.upper()}",
                verdict=verdict,
                severity=Severity.ERROR,
                title=area,
                message=message,
                remediation="" if good else fix,
                where=subject,
            )
        )
        if good is None:
            self.errors.append(Unanswered(area=area, subject=subject, reason=message))


@dataclass(frozen=True, slots=True, kw_only=True)
class _FromApi:
    """`nodes` and `dns` are None where the API did not tell, and `error` says why."""

    ready: bool | None
    nodes: Mapping[str, readiness.Node] | None
    dns: DnsStatus | None
    error: str = ""


class _DeploymentStatus(msgspec.Struct, rename="camel"):
    available_replicas: int = 0


class _Deployment(msgspec.Struct):
    status: _DeploymentStatus = msgspec.field(default_factory=_DeploymentStatus)


async def status(session: Session) -> StatusReport:
    """The state of everything, and one verdict."""
    session.progress.stage("Status")
    (facts, errors), api = await asyncio.gather(
        session.read(HEALTH, session.design.machines, timeout=READ_LIMIT), _ask_api(session)
    )
    judgement = _Judgement()
    members = _etcd(session, facts, errors, judgement)
    servers = _api_servers(session, facts, errors, judgement)
    endpoint = _endpoint(session, facts, api, judgement)
    nodes = _nodes(session, api, judgement)
    dns = _dns(api, judgement)
    certificates = _certificates(session, facts, judgement)
    return StatusReport(
        verdict=merge(finding.verdict for finding in judgement.findings),
        cluster_name=session.design.name,
        checked_at=rfc3339(session.clock.now()),
        etcd=EtcdStatus(members=members),
        api_servers=servers,
        endpoint=endpoint,
        nodes=nodes,
        dns=dns,
        certificates=certificates,
        fenced=tuple(
            FencedMachine(name=each.name, address=str(each.address), since=each.since.isoformat())
            for each in session.design.fences
        ),
        findings=tuple(judgement.findings),
        errors=tuple(judgement.errors),
    )


async def _ask_api(session: Session) -> _FromApi:
    try:
        async with session.api("anonymous", "admin") as clients:
            code, _ = await clients["anonymous"].raw("/readyz")
            if code != 200:
                return _FromApi(ready=False, nodes=None, dns=None, error=f"/readyz answered {code}")
            try:
                found = await readiness.nodes(clients["admin"])
                return _FromApi(ready=True, nodes=found, dns=await _dns_state(session, clients["admin"]))
            except SeakeepError as error:
                return _FromApi(ready=True, nodes=None, dns=None, error=error.message)
    except ApiError as error:
        return _FromApi(ready=False, nodes=None, dns=None, error=error.message)
    except SeakeepError as error:
        # No way to ask: no machine let us in, or the state folder has no certificate to ask with.
        return _FromApi(ready=None, nodes=None, dns=None, error=error.message)


async def _dns_state(session: Session, api: ApiClient) -> DnsStatus:
    deployment = next(each for each in coredns.render(session.design) if each.kind == "Deployment")
    base = f"/apis/apps/v1/namespaces/{deployment.namespace}/deployments/{deployment.name}"
    code, body = await api.asked(base)
    if code != 200:
        return DnsStatus(ready=False, replicas=session.design.dns_replicas, available=0)
    available = decoded(body, _Deployment, deployment.name).status.available_replicas
    site_of = {machine.name: machine.site for machine in session.design.machines}
    sites = {site_of.get(node, "") for node in await dns_nodes(api)}
    wanted = session.design.dns_replicas
    return DnsStatus(ready=available >= wanted, replicas=wanted, available=available, sites=tuple(sorted(sites - {""})))


def _etcd(
    session: Session, facts: Mapping[str, FactSet], errors: Mapping[str, MachineError], judgement: _Judgement
) -> tuple[EtcdMember, ...]:
    machines = session.design.with_role(Role.ETCD)
    readable = {m.name: facts[m.name] for m in machines if m.name in facts and _known(facts[m.name])}
    health = etcd_health(readable)
    rows = []
    for machine in machines:
        if machine.name not in readable:
            reason = errors[machine.name].message if machine.name in errors else "its state could not be read"
            judgement.add("etcd", machine.name, None, reason, "")
            rows.append(_unknown_member(machine.name, machine.site))
            continue
        state = readable[machine.name].get(etcd.FACT)
        wrong = health[machine.name]
        judgement.add("etcd", machine.name, not wrong, wrong or "healthy", "journalctl -u etcd on that machine")
        rows.append(
            EtcdMember(
                name=machine.name,
                site=machine.site,
                healthy=not wrong,
                leader=state.serving and state.leader_id != "" and state.leader_id == state.member_id,
                learner=state.learner,
                size_bytes=state.db_size if state.serving else None,
            )
        )
    return tuple(rows)


def _known(found: FactSet) -> bool:
    return found.find(etcd.FACT) is not None


def _unknown_member(name: str, site: str) -> EtcdMember:
    return EtcdMember(name=name, site=site, healthy=None, leader=None, learner=None, size_bytes=None)


def _api_servers(
    session: Session, facts: Mapping[str, FactSet], errors: Mapping[str, MachineError], judgement: _Judgement
) -> tuple[ApiServer, ...]:
    rows = []
    for machine in session.design.with_role(Role.CONTROL_PLANE):
        ready = facts[machine.name].find(apiserver.FACT) if machine.name in facts else None
        reason = errors[machine.name].message if machine.name in errors else "its state could not be read"
        message = reason if ready is None else "/readyz answered 200" if ready else "/readyz did not answer 200"
        judgement.add("apiServers", machine.name, ready, message, "journalctl -u kube-apiserver on that machine")
        rows.append(ApiServer(name=machine.name, site=machine.site, ready=ready))
    return tuple(rows)


def _endpoint(session: Session, facts: Mapping[str, FactSet], api: _FromApi, judgement: _Judgement) -> EndpointStatus:
    address = session.design.endpoint.vip
    judgement.add(
        "endpoint", str(session.design.endpoint.host), api.ready, "answers" if api.ready else api.error, "seakeep plan"
    )
    if address is None:
        return EndpointStatus(vip=None, holder=None, ready=api.ready)
    states: dict[str, VipState | None] = {
        machine.name: facts[machine.name].find(vip.FACT) if machine.name in facts else None
        for machine in session.design.with_role(Role.LOAD_BALANCER)
    }
    holders = sorted(name for name, state in states.items() if state is not None and state.holds)
    unknown = sorted(name for name, state in states.items() if state is None)
    if len(holders) == 1:
        judgement.add("endpoint", "VIP", True, f"held by {holders[0]}", "")
    elif holders:
        judgement.add(
            "endpoint", "VIP", False, f"held by {' and '.join(holders)}", "the VRRP peers cannot see each other"
        )
    else:
        known = None if unknown else False
        message = f"nobody seen holding it; {', '.join(unknown)} did not answer" if unknown else "held by nobody"
        judgement.add("endpoint", "VIP", known, message, "journalctl -u seakeep-keepalived on the load balancers")
    for name, state in sorted(states.items()):
        good = None if state is None else state.through_own
        message = "did not answer" if state is None else "has a ready API server" if good else "has none that is ready"
        judgement.add("endpoint", name, good, message, "journalctl -u seakeep-haproxy on that machine")
    return EndpointStatus(vip=str(address), holder=holders[0] if len(holders) == 1 else None, ready=api.ready)


def _nodes(session: Session, api: _FromApi, judgement: _Judgement) -> tuple[NodeStatus, ...]:
    wanted = f"v{session.design.release.kubernetes}"
    rows = []
    for machine in session.design.nodes:
        node = api.nodes.get(machine.name) if api.nodes is not None else None
        if api.nodes is None:
            ready: bool | None = None
            message = f"the API did not tell: {api.error}"
        elif node is None:
            ready, message = False, "is not in the cluster"
        else:
            version = node.status.node_info.kubelet_version
            ready = node.ready and version == wanted
            # A kubelet says something about being ready as well: it is a problem only where it is not.
            problem = f"runs {version}, wanted {wanted}" if node.ready else node.problem or "is not ready"
            message = "ready" if ready else problem
        judgement.add("nodes", machine.name, ready, message, "journalctl -u kubelet on that machine")
        rows.append(
            NodeStatus(
                name=machine.name,
                site=machine.site,
                pool=machine.pool,
                ready=node.ready if node is not None else ready,
                version=node.status.node_info.kubelet_version if node is not None else None,
            )
        )
    return tuple(rows)


def _dns(api: _FromApi, judgement: _Judgement) -> DnsStatus:
    if api.dns is None:
        judgement.add("dns", "coredns", None, f"the API did not tell: {api.error}", "")
        return DnsStatus(ready=None, replicas=None, available=None)
    message = f"{api.dns.available} of {api.dns.replicas} replicas available"
    judgement.add(
        "dns", "coredns", api.dns.ready, message, "seakeep kubectl -- -n kube-system describe pods -l k8s-app=kube-dns"
    )
    return api.dns


def _certificates(session: Session, facts: Mapping[str, FactSet], judgement: _Judgement) -> CertificateStatus:
    now, plan = session.clock.now(), session.design.pki
    ends: list[tuple[datetime, str]] = []
    due: list[str] = []
    for name, end in pki.expiries(session.state, session.design):
        ends.append((end, name))
        authority = name.endswith("/ca.crt")
        if end - now < (plan.leaf_life if authority else plan.renew_before):
            fix = (
                f"seakeep certs rotate-ca {name.split('/')[1]} replaces it" if authority else "seakeep apply renews it"
            )
            due.append(name)
            judgement.add("certificates", name, False, _ends(end, now), fix)
    for host, found in facts.items():
        pem = found.find(kubelet_cert.FACT)
        if not pem:
            continue
        certificate = x509.load_pem_x509_certificate(pem)
        begin, end, name = certificate.not_valid_before_utc, certificate.not_valid_after_utc, f"kubelet/{host}"
        ends.append((end, name))
        if end - now <= LATE * (end - begin):
            due.append(name)
            judgement.add("certificates", name, False, _ends(end, now), "seakeep apply gives the kubelet a new one")
    rotating = rotation.stages(session.state, session.design)
    standing = tuple(f"{name} (at {stage})" for name, stage in rotating.items())
    if not ends:
        judgement.add("certificates", "", None, "none has been issued yet", "")
        return CertificateStatus(nearest_expiry=None, name=None, days=None, rotating=standing)
    end, name = min(ends)
    if not due:
        judgement.add("certificates", name, True, _ends(end, now), "")
    left = (end - now).total_seconds()
    return CertificateStatus(
        nearest_expiry=rfc3339(end),
        name=name,
        days=floor(left / 86400),
        remaining_seconds=floor(left),
        due=tuple(due),
        rotating=standing,
    )


def _ends(end: datetime, now: datetime) -> str:
    left = floor((end - now).total_seconds())
    return f"ends in {span(left)}" if left > 0 else f"ended {span(-left)} ago"
