"""How the etcd member on this machine sees itself and its cluster."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from seakeep.facts.base import Ask, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of the member list. `name` is '' for a member that was added and never started."""

    id: str
    name: str
    learner: bool
    peer_urls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EtcdState:
    """`serving` is false where the member did not answer: then the rest is empty. Sizes are bytes.

    `healthy` means that a linearizable read through this member succeeded, so that it sees a quorum.
    """

    serving: bool
    healthy: bool = False
    member_id: str = ""
    leader_id: str = ""
    learner: bool = False
    revision: int = 0
    db_size: int = 0
    db_in_use: int = 0
    version: str = ""
    alarms: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The cluster as a member with a quorum tells of it. `healthy` are the ids of the voting members that serve
    linearizable reads themselves."""

    members: tuple[Member, ...]
    healthy: frozenset[str]

    def find(self, name: str, peer_url: str) -> Member | None:
        """The member of that name or, where it has never started and so has no name, of that address."""
        for member in self.members:
            if member.name == name or (not member.name and peer_url in member.peer_urls):
                return member
        return None

    @property
    def voters(self) -> frozenset[str]:
        """The ids of those that make up the quorum."""
        return frozenset(member.id for member in self.members if not member.learner)


def membership(states: Iterable[EtcdState]) -> Membership | None:
    """What those with a quorum say; None where none has one. The newest of them has the last word."""
    told = [state for state in states if state.serving and state.healthy and not state.learner]
    if not told:
        return None
    newest = max(told, key=lambda state: state.revision)
    healthy = frozenset(state.member_id for state in told)
    return Membership(members=newest.members, healthy=healthy & {member.id for member in newest.members})


ETCDCTL = (
    "/opt/seakeep/bin/etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/etcd/pki/ca.crt "
    "--cert=/etc/etcd/pki/health.crt --key=/etc/etcd/pki/health.key --command-timeout=2s --dial-timeout=1s"
)

SCRIPT = f"""\
[ -x /opt/seakeep/bin/etcdctl ] && [ -f /etc/etcd/pki/health.key ] || exit 0
timeout 4 {ETCDCTL} endpoint status -w json && echo || exit 0
timeout 4 {ETCDCTL} member list -w json && echo || exit 0
timeout 4 {ETCDCTL} get --keys-only seakeep-health >/dev/null && echo '{{"linearizable":true}}' || true
"""


class _Header(msgspec.Struct):
    member_id: int = 0
    revision: int = 0


class _Status(msgspec.Struct):
    header: _Header
    version: str = ""
    dbSize: int = 0  # noqa: N815 - etcd's own spelling
    dbSizeInUse: int = 0  # noqa: N815
    leader: int = 0
    isLearner: bool = False  # noqa: N815
    errors: list[str] = []


class _Endpoint(msgspec.Struct):
    Status: _Status


class _Member(msgspec.Struct):
    ID: int
    name: str = ""
    peerURLs: list[str] = []  # noqa: N815
    isLearner: bool = False  # noqa: N815


class _List(msgspec.Struct):
    members: list[_Member] = []


def script(ask: Ask) -> str:
    """Asks the local member only, with its own health certificate."""
    return SCRIPT if ask.etcd_dir else "true"


def parse(output: bytes) -> EtcdState:
    """From etcdctl's JSON documents, a line each. ValueError (msgspec's is one) where they are something else."""
    try:
        return _parse(output)
    except RecursionError:
        raise ValueError("the document is nested too deeply") from None


def _parse(output: bytes) -> EtcdState:
    documents = [line for line in output.splitlines() if line.strip()]
    if not documents:
        return EtcdState(serving=False)
    endpoints = msgspec.json.decode(documents[0], type=list[_Endpoint])
    if not endpoints:
        return EtcdState(serving=False)
    status = endpoints[0].Status
    members = msgspec.json.decode(documents[1], type=_List).members if len(documents) > 1 else []
    return EtcdState(
        serving=True,
        healthy=len(documents) > 2 and not status.errors,
        member_id=f"{status.header.member_id:x}",
        leader_id=f"{status.leader:x}" if status.leader else "",
        learner=status.isLearner,
        revision=status.header.revision,
        db_size=status.dbSize,
        db_in_use=status.dbSizeInUse,
        version=status.version,
        alarms=tuple(status.errors),
        members=tuple(
            sorted(
                (
                    Member(id=f"{m.ID:x}", name=m.name, learner=m.isLearner, peer_urls=tuple(m.peerURLs))
                    for m in members
                ),
                key=lambda member: member.id,
            )
        ),
    )


FACT: Fact[EtcdState] = Fact(id="etcd", script=script, parse=parse, volatile=True)
