"""Doing what changes who belongs to etcd, and who holds the VIP.

Every change of etcd's membership goes through a member that sees a quorum, with etcdctl on its machine: certificates
and keys stay there. One that has been made already is found so and left alone.
"""

import shlex

from seakeep.artifacts import etcd as etcd_artifact
from seakeep.artifacts import haproxy, keepalived
from seakeep.core.errors import MachineError, RefusedError
from seakeep.design.model import Machine, Role
from seakeep.design.timings import fenced_failover
from seakeep.engine.wait import Probe, await_until
from seakeep.facts import etcd, etcd_data, etcd_identity, vip
from seakeep.facts.base import FactSet
from seakeep.facts.etcd import ETCDCTL, Member, Membership
from seakeep.facts.members import losing_quorum, membership_of, peer_url
from seakeep.flows.gates import MAX_LAG
from seakeep.flows.session import Session
from seakeep.phases.compare import service

SETTLE = 60.0
"""Seconds that members get to be healthy before one of them is removed, and a load balancer to take the VIP."""
CATCH_UP = 900.0
"""Seconds that a learner gets: 8 GiB, the largest database that etcd suggests, come over at 10 MiB/s or more."""


class Members:
    """The membership of one cluster's etcd."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def remove(self, member_id: str, name: str) -> None:
        """Remove a member; gone already is done. RefusedError when the rest would not have a quorum without it."""

        async def bears() -> str | None:
            membership, _ = await self._read()
            member = _by_id(membership, member_id)
            if member is None or losing_quorum(membership, (member,)) is None:
                return None
            return f"{len(membership.healthy)} of {len(membership.voters)} members are healthy"

        try:
            await self._wait(f"etcd to bear the loss of {name}", bears, SETTLE, name)
        except MachineError as error:
            raise RefusedError(
                f"etcd would lose its quorum without {name}: {error.message}",
                hint="bring the other members back first, then run `seakeep resume`",
            ) from error
        membership, facts = await self._read()
        if _by_id(membership, member_id) is not None:
            await self._etcdctl(membership, facts, f"member remove {shlex.quote(member_id)}", but=member_id)

    async def add(self, name: str) -> None:
        """Add the machine's member as a learner, and leave it the configuration that it joins with.

        A learner whose data are lost has to be another one: it is removed first.
        """
        machine = self._session.design.machine(name)
        membership, facts = await self._read()
        member = membership.find(name, peer_url(machine))
        if member is not None and member.name and not member.learner:
            return
        own = await self._own_data(machine)
        if member is not None and member.name and own != member.id:
            await self._etcdctl(membership, facts, f"member remove {member.id}", but=member.id)
            member = None
        if member is None:
            url = shlex.quote(peer_url(machine))
            await self._etcdctl(membership, facts, f"member add {shlex.quote(name)} --learner --peer-urls={url}")
            membership, facts = await self._read()
            member = membership.find(name, peer_url(machine))
        if member is not None and own != member.id:
            await self._invite(machine, membership)

    async def promote(self, name: str) -> None:
        """Wait until the learner has caught up, give it its vote, and wait until it serves."""
        machine = self._session.design.machine(name)

        async def promoted() -> str | None:
            membership, facts = await self._read()
            member = membership.find(name, peer_url(machine))
            if member is None:
                return "it is no member"
            if not member.learner and member.name:
                return None if member.id in membership.healthy else "it does not serve yet"
            state = facts[name].find(etcd.FACT) if name in facts else None
            if state is None or not state.serving:
                return "its etcd has not started yet"
            newest = max((each.revision for each in _states(facts)), default=0)
            if newest - state.revision > MAX_LAG:
                return f"it is {newest - state.revision} revisions behind"
            # etcd itself refuses while the learner's log is behind the leader's.
            await self._etcdctl(membership, facts, f"member promote {member.id}", but=member.id)
            return "it has just got its vote"

        await self._wait(f"{name} to catch up and be promoted", promoted, CATCH_UP, name)

    async def _read(self) -> tuple[Membership, dict[str, FactSet]]:
        """MachineError where no member sees a quorum."""
        session = self._session
        machines = [machine for machine in (*session.design.machines, *session.leaving) if machine.has(Role.ETCD)]
        facts, _ = await session.read((etcd.FACT,), machines, timeout=15)
        found = membership_of(facts)
        if found is None:
            raise MachineError("no etcd member sees a quorum", host="etcd", command="read etcd's members")
        return found, facts

    async def _etcdctl(self, membership: Membership, facts: dict[str, FactSet], command: str, *, but: str = "") -> None:
        """Run it on a healthy member's machine; not on that of the member it is about."""
        for name, found in facts.items():
            state = found.find(etcd.FACT)
            if state is not None and state.member_id in membership.healthy - {but}:
                answer = await self._session.host(name).run(
                    f"{ETCDCTL} --command-timeout=30s {command}\n", what=f"etcdctl {command}", timeout=60
                )
                if answer.status != 0:
                    raise MachineError(
                        "etcd did not change its members",
                        host=name,
                        command=f"etcdctl {command}",
                        status=answer.status,
                        stderr=answer.stderr,
                    )
                return
        raise MachineError("no other etcd member is healthy", host="etcd", command=f"etcdctl {command}")

    async def _own_data(self, machine: Machine) -> str:
        """The id that the machine's data belong to; '' without data, or where they do not tell."""
        found, errors = await self._session.read((etcd_data.FACT, etcd_identity.FACT), (machine,), timeout=15)
        if errors:
            raise errors[machine.name]
        identity = found[machine.name].find(etcd_identity.FACT)
        return identity.member if identity is not None else ""

    async def _invite(self, machine: Machine, membership: Membership) -> None:
        """Written whole under another name, then renamed: its etcd tries every second."""
        members = [
            (machine.name if peer_url(machine) in member.peer_urls else member.name, url)
            for member in membership.members
            for url in member.peer_urls
        ]
        file = etcd_artifact.joining(self._session.design, machine, members)
        text = "".join(part for part in file.parts if isinstance(part, str))
        new = f"{file.path}.seakeep-new"
        script = (
            f"set -eu\numask 077\nprintf %s {shlex.quote(text)} >{new}\n"
            f"chown {file.owner}:{file.group} {new}\nmv -fT {new} {file.path}\n"
        )
        answer = await self._session.host(machine.name).run(script, what="say whom to join", timeout=30)
        if answer.status != 0:
            raise MachineError(
                "it could not be told whom to join",
                host=machine.name,
                command=f"write {file.path}",
                status=answer.status,
                stderr=answer.stderr,
            )

    async def _wait(self, what: str, probe: Probe, timeout: float, subject: str) -> None:
        session = self._session
        await await_until(
            what,
            probe,
            timeout=timeout,
            interval=1.0,
            clock=session.clock,
            progress=session.progress,
            subject=subject,
        )


async def release_vip(session: Session, name: str) -> None:
    """Stop the load balancer on the machine once another one is ready, and wait until that holds the VIP.

    RefusedError where none is ready.
    """
    staying = session.design.with_role(Role.LOAD_BALANCER)

    async def ready() -> str | None:
        facts, _ = await session.read((vip.FACT,), staying, timeout=15)
        found = [each.find(vip.FACT) for each in facts.values()]
        return None if any(each is not None and each.through_own for each in found) else "none is ready"

    try:
        await _balanced(session, name, "another load balancer to be ready", ready)
    except MachineError as error:
        raise RefusedError(
            f"the VIP cannot leave {name}: {error.message}",
            hint="bring another load balancer up first, then run `seakeep resume`",
        ) from error
    # HAProxy first: it closes its connections while the VIP is still here to send from. After that, those who only
    # listen, as kube-proxy does, would not notice for half a minute that nobody is there any more.
    stop = "".join(f"systemctl disable --now {service(unit)}\n" for unit in (haproxy.NAME, keepalived.NAME))
    answer = await session.host(name).run(f"set -e\n{stop}", what="stop HAProxy and keepalived", timeout=60)
    if answer.status != 0:
        raise MachineError(
            "HAProxy and keepalived did not stop",
            host=name,
            command="stop HAProxy and keepalived",
            status=answer.status,
            stderr=answer.stderr,
        )
    await _balanced(session, name, "another load balancer to hold the VIP", _held(session))


async def await_vip(session: Session, name: str) -> None:
    """Wait until `name`, which does not answer and is fenced, has given the VIP up if it is alive, and a load balancer
    that stays holds it. MachineError where none does in time.

    Nobody can ask it: only time tells. Before that the others must not forget it: they would take the VIP as well.
    """
    machine = session.machine(name)
    patience = fenced_failover(session.design.timings, own_api_server=machine.has(Role.CONTROL_PLANE))
    begin = session.clock.monotonic()

    async def given_up() -> str | None:
        waited = session.clock.monotonic() - begin
        return f"it may hold it for {patience:.0f} s" if waited < patience else None

    await _balanced(session, name, "a fenced load balancer to give the VIP up", given_up)
    await _balanced(session, name, "another load balancer to hold the VIP", _held(session))


def _held(session: Session) -> Probe:
    """Whether a load balancer that stays holds the VIP."""

    async def held() -> str | None:
        facts, _ = await session.read((vip.FACT,), session.design.with_role(Role.LOAD_BALANCER), timeout=15)
        found = [each.find(vip.FACT) for each in facts.values()]
        return None if any(each is not None and each.holds for each in found) else "none holds it yet"

    return held


async def _balanced(session: Session, subject: str, what: str, probe: Probe) -> None:
    await await_until(
        what,
        probe,
        timeout=SETTLE,
        interval=0.5,
        clock=session.clock,
        progress=session.progress,
        subject=subject,
    )


def _by_id(membership: Membership, member_id: str) -> Member | None:
    return next((member for member in membership.members if member.id == member_id), None)


def _states(facts: dict[str, FactSet]) -> list[etcd.EtcdState]:
    found = (each.find(etcd.FACT) for each in facts.values())
    return [state for state in found if state is not None]
