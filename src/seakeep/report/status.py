"""`seakeep status`: how the running cluster is.

What could not be found out is null here and has its reason in `errors`; it is never counted as healthy.
"""

from seakeep.core.errors import Exit
from seakeep.core.finding import Finding
from seakeep.core.verdict import Verdict
from seakeep.report.document import (
    BLANK,
    Cell,
    Document,
    Line,
    Table,
    Tone,
    known,
    line,
    size,
    span,
    truth,
    verdict_cell,
)
from seakeep.report.findings import problems
from seakeep.report.model import Part, Report, Unanswered, exit_of


class EtcdMember(Part, frozen=True, kw_only=True):
    """One member as the others see it. A member that should be there and is not is `healthy: false`."""

    name: str
    site: str
    healthy: bool | None
    leader: bool | None
    learner: bool | None
    size_bytes: int | None


class EtcdStatus(Part, frozen=True, kw_only=True):
    """The etcd cluster."""

    members: tuple[EtcdMember, ...]


class ApiServer(Part, frozen=True, kw_only=True):
    """One API server, asked at its own address."""

    name: str
    site: str
    ready: bool | None


class EndpointStatus(Part, frozen=True, kw_only=True):
    """The address clients use. `holder` is the machine that holds the VIP; null without a VIP or if unknown."""

    vip: str | None
    holder: str | None
    ready: bool | None


class NodeStatus(Part, frozen=True, kw_only=True):
    """One node as the API tells it. `version` is the kubelet's, as `v1.37.2`."""

    name: str
    site: str
    pool: str | None
    ready: bool | None
    version: str | None


class DnsStatus(Part, frozen=True, kw_only=True):
    """The cluster's DNS. `ready`: every wanted replica is available; `sites` are those that have one."""

    ready: bool | None
    replicas: int | None
    available: int | None
    sites: tuple[str, ...] = ()


class CertificateStatus(Part, frozen=True, kw_only=True):
    """The certificate that ends first. `days` and `remaining_seconds` are from now, rounded down, negative once it has
    ended. `due` are those that should have been renewed or replaced, `rotating` the authorities that are being
    replaced, with their stage."""

    nearest_expiry: str | None
    name: str | None
    days: int | None
    remaining_seconds: int | None = None
    due: tuple[str, ...] = ()
    rotating: tuple[str, ...] = ()


class FencedMachine(Part, frozen=True, kw_only=True):
    """A machine that was taken out while it did not answer, and is kept away since that day, `2026-11-26`."""

    name: str
    address: str
    since: str


class StatusReport(Report, frozen=True, kw_only=True, tag="Status"):
    """The cluster's state. `findings` hold what the verdict was made from."""

    verdict: Verdict
    cluster_name: str
    checked_at: str
    etcd: EtcdStatus
    api_servers: tuple[ApiServer, ...]
    endpoint: EndpointStatus
    nodes: tuple[NodeStatus, ...]
    dns: DnsStatus
    certificates: CertificateStatus
    fenced: tuple[FencedMachine, ...] = ()
    findings: tuple[Finding, ...] = ()
    errors: tuple[Unanswered, ...] = ()

    @property
    def exit_code(self) -> Exit:
        return exit_of(self.verdict)

    def document(self) -> Document:
        return (
            Line((verdict_cell(self.verdict), Cell(self.cluster_name, Tone.TITLE), Cell(f"at {self.checked_at}"))),
            BLANK,
            *_etcd(self.etcd),
            BLANK,
            *_api_servers(self.api_servers, self.endpoint),
            BLANK,
            *_nodes(self.nodes),
            BLANK,
            Line((Cell("DNS", Tone.TITLE), _dns(self.dns))),
            Line((Cell("Certificates", Tone.TITLE), _certificates(self.certificates))),
            *_fenced(self.fenced),
            *_open(self),
        )


def _count(title: str, answers: list[bool | None], word: str) -> Line:
    unsure = Tone.UNKNOWN if None in answers else Tone.GOOD
    tone = Tone.BAD if not answers or False in answers else unsure
    return Line((Cell(title, Tone.TITLE), Cell(f"{answers.count(True)} of {len(answers)} {word}", tone)))


def _etcd(etcd: EtcdStatus) -> Document:
    return (
        _count("etcd", [member.healthy for member in etcd.members], "healthy"),
        Table(
            columns=("member", "site", "healthy", "role", "size"),
            right=frozenset({"size"}),
            rows=tuple(
                (
                    Cell(member.name),
                    Cell(member.site),
                    truth(member.healthy),
                    _role(member),
                    Cell(size(member.size_bytes), Tone.UNKNOWN if member.size_bytes is None else Tone.PLAIN),
                )
                for member in etcd.members
            ),
        ),
    )


def _role(member: EtcdMember) -> Cell:
    if member.leader is None or member.learner is None:
        return known(None)
    if member.learner:
        return Cell("learner", Tone.WARN)
    return Cell("leader" if member.leader else "follower")


def _api_servers(servers: tuple[ApiServer, ...], endpoint: EndpointStatus) -> Document:
    where = f"VIP {endpoint.vip} held by {endpoint.holder or 'unknown'}" if endpoint.vip else "no VIP (one API server)"
    return (
        _count("API servers", [server.ready for server in servers], "ready"),
        Table(
            columns=("machine", "site", "ready"),
            rows=tuple((Cell(server.name), Cell(server.site), truth(server.ready)) for server in servers),
        ),
        Line((Cell("Endpoint", Tone.TITLE), truth(endpoint.ready, yes="ready", no="not ready"), Cell(where))),
    )


def _nodes(nodes: tuple[NodeStatus, ...]) -> Document:
    return (
        _count("Nodes", [node.ready for node in nodes], "ready"),
        Table(
            columns=("node", "site", "pool", "ready", "version"),
            rows=tuple(
                (
                    Cell(node.name),
                    Cell(node.site),
                    Cell(node.pool or "-"),
                    truth(node.ready),
                    known(node.version),
                )
                for node in nodes
            ),
        ),
    )


def _dns(dns: DnsStatus) -> Cell:
    if dns.ready is None or dns.replicas is None or dns.available is None:
        return known(None)
    spread = f" in site{'s' if len(dns.sites) > 1 else ''} {', '.join(dns.sites)}" if dns.sites else ""
    return Cell(f"{dns.available} of {dns.replicas} replicas{spread}", Tone.GOOD if dns.ready else Tone.BAD)


def _certificates(certificates: CertificateStatus) -> Cell:
    left = certificates.remaining_seconds
    if left is None:
        return known(None)
    detail = f"{certificates.name}, {certificates.nearest_expiry}"
    rotating = f"; being replaced: {', '.join(certificates.rotating)}" if certificates.rotating else ""
    if left <= 0:
        return Cell(f"ended {span(-left)} ago: {detail}{rotating}", Tone.BAD)
    tone = Tone.BAD if certificates.due else Tone.WARN if rotating else Tone.GOOD
    due = f"; {len(certificates.due)} due" if certificates.due else ""
    return Cell(f"the first ends in {span(left)}: {detail}{due}{rotating}", tone)


def _fenced(fenced: tuple[FencedMachine, ...]) -> Document:
    told = ", ".join(f"{each.name} ({each.address}) since {each.since}" for each in fenced)
    return (Line((Cell("Fenced", Tone.TITLE), Cell(told))),) if fenced else ()


def _open(report: StatusReport) -> Document:
    found = problems(report.findings, title="Problems") if report.verdict is not Verdict.PASS else ()
    unanswered = tuple(
        line(f"{error.area}{' ' + error.subject if error.subject else ''}: {error.reason}", Tone.UNKNOWN, indent=2)
        for error in report.errors
    )
    return (
        *((BLANK, *found) if found else ()),
        *((BLANK, line("Could not be found out", Tone.TITLE), *unanswered) if unanswered else ()),
    )
