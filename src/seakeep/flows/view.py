"""What was seen of a cluster at one moment, and the decisions that follow from it."""

import asyncio
import base64
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from seakeep.artifacts.registry import render_objects
from seakeep.checks.base import Fleet
from seakeep.core.change import CLUSTER
from seakeep.core.clock import rfc3339
from seakeep.core.errors import MachineError, RefusedError, SeakeepError
from seakeep.core.finding import Finding
from seakeep.core.json import JsonObject
from seakeep.core.secret import Secret, SecretRef
from seakeep.design.known import FENCED, Replacing, including
from seakeep.design.model import Design, Machine, Role
from seakeep.engine.plan import Plan, Unknown, make_plan
from seakeep.engine.stage import Stage
from seakeep.facts import etcd, leftovers, system, units
from seakeep.facts.base import FactSet, digest
from seakeep.facts.etcd import Membership
from seakeep.facts.members import changes, membership_of, peer_url
from seakeep.facts.registry import PREFLIGHT, STATE
from seakeep.flows import newest, planning
from seakeep.flows.observe import digests, objects
from seakeep.flows.reset import script
from seakeep.flows.session import Session, own_arch
from seakeep.phases import tenants
from seakeep.phases.base import Departure, ObjectKey, PlanContext, traits_of
from seakeep.phases.network import begins_to_enforce
from seakeep.sources.base import ARCHITECTURES
from seakeep.state import pki, roster
from seakeep.state.rotation import PREFIX, stages
from seakeep.transport.api import ApiClient

Objects = Mapping[ObjectKey, JsonObject]

API_LIMIT = 10.0

_API_LIMIT_EACH = 0.02
"""What each machine adds to it: its node is a few kilobytes, and all machines are being read at the same time."""

_API_LIMIT_SILENT = 12.0
"""What each member of etcd that fell silent adds to it, as long as the others are a quorum: an API server waits 11 s
for such a one, with the first request for each kind of object."""


LEAVING = (system.FACT, leftovers.FACT, units.FACT, etcd.FACT)
"""What is read of machines that are not in the file any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`objects` is None where the API could not be read, `api_error` says why: then every object is planned. `asked` is
    what the user wants issued although nothing is wrong with it: a renewal, a stage of a rotation. `leaving` are the
    facts of machines that are not in the file any more, `lost` the errors of those among them that do not answer.
    `membership` is what etcd says."""

    facts: Mapping[str, FactSet]
    unreachable: Mapping[str, MachineError]
    findings: list[Finding]
    objects: Objects | None
    asked: tuple[pki.Missing, ...] = ()
    leaving: Mapping[str, FactSet] = field(default_factory=dict)
    lost: Mapping[str, MachineError] = field(default_factory=dict)
    membership: Membership | None = None
    api_error: str = ""

    def plan(self, session: Session) -> Plan:
        """Everything that would change, as data. RefusedError from a phase that will not."""
        return Decided(session, self).plan()

    def unknown(self, session: Session) -> Iterator[Unknown]:
        """A cluster that was never whole may have no API yet: then its objects are not unknown, but absent."""
        for name, error in self.unreachable.items():
            yield Unknown(name, error.message)
        if self.api_error and session.known is not None and session.known.whole:
            yield Unknown(CLUSTER, self.api_error)

    async def read_objects(self, session: Session, api: ApiClient) -> Objects:
        """The objects now. SeakeepError where the API does not answer."""
        return await objects(api, render_objects(session.design))

    def facts_json(self) -> bytes:
        """The readings as they came, for later judgement. Facts hold digests and states, never file content."""
        plain = {
            host: {name: base64.b64encode(raw).decode() for name, raw in sorted(found.raw.items())}
            for host, found in sorted(self.facts.items())
        }
        return msgspec.json.encode({"apiVersion": "seakeep/v1", "kind": "Facts", "machines": plain})


async def observe(session: Session) -> View:
    """Read all machines and, where there is one, the API. Gets what the sources lack on the way.

    RefusedError when the machines belong to a living cluster whose keys this state folder does not have.
    """
    session.progress.stage("Read and plan")
    (facts, unreachable, fresh), (leaving, lost), _ = await asyncio.gather(
        _machines(session), session.read(LEAVING, session.leaving), fetch(session)
    )
    if await newest.adopt_newer(session, _without(facts, fresh)):
        # Who leaves, and which pod addresses nodes have, may be different from what was asked about.
        (facts, unreachable, fresh), (leaving, lost) = await asyncio.gather(
            _machines(session), session.read(LEAVING, session.leaving)
        )
    session.fence(machine for machine in session.leaving if machine.name in lost)
    design = session.design
    if others := _architectures(facts) - {own_arch()}:
        await fetch(session, others)
    _refuse_without_keys(session, facts, fresh)
    membership = membership_of({**facts, **leaving})
    session.replacing = session.replacing or _replacing(session, membership)
    fleet = Fleet(
        design=design,
        facts=facts,
        fresh=fresh,
        unreachable=unreachable,
        lab=design.lab is not None,
        formed=frozenset(m.name for m in session.known.with_role(Role.ETCD)) if session.known else frozenset(),
        known=session.known,
        membership=membership,
        replacing=session.replacing,
        member_changes=changes(design, facts, membership, session.replacing),
    )
    today = session.clock.now().date().isoformat()
    findings = planning.located(planning.preflight(fleet, design.waivers, today), session.loaded)
    for finding in planning.notable(findings):
        session.progress.note(finding)
    for line in (*_pki_notes(session), *_lost_notes(session, lost)):
        session.progress.note(line)
    view = View(
        facts=facts,
        unreachable=unreachable,
        findings=findings,
        objects=None,
        leaving=leaving,
        lost=lost,
        membership=membership,
    )
    if facts and fresh == facts.keys():
        return view
    limit = api_limit(design, facts.keys(), unreachable.keys())
    try:
        async with asyncio.timeout(limit), session.api("break-glass", timeout=limit) as clients:
            view = replace(view, objects=await view.read_objects(session, clients["break-glass"]))
            if session.known is not None and session.known.whole and begins_to_enforce(design, view.objects or {}):
                session.progress.note(
                    "network policies are not enforced yet, and will be: what they forbid is refused from then on"
                )
            for name in tenants.former(design, view.objects):
                session.progress.note(
                    f"namespace {name} belongs to a tenant that the file no longer names: its people are shut out, and"
                    f" what is in it stays; `seakeep kubectl -- delete namespace {name}` deletes all of it"
                )
    except SeakeepError as error:
        return replace(view, api_error=error.message)
    except TimeoutError:
        return replace(view, api_error=f"the API did not answer within {limit:.0f} s")
    _refuse_without_roster(session, facts.keys() - fresh)
    return view


def api_limit(design: Design, read: Collection[str], unreachable: Collection[str]) -> float:
    """Seconds that reading all objects may take: without an API the plan says so and goes on."""
    members = design.with_role(Role.ETCD)
    silent = sum(member.name in unreachable for member in members)
    waits = silent if 2 * silent < len(members) else 0
    return API_LIMIT + _API_LIMIT_EACH * len(read) + _API_LIMIT_SILENT * waits


def _without(facts: Mapping[str, FactSet], fresh: Collection[str]) -> dict[str, FactSet]:
    return {name: found for name, found in facts.items() if name not in fresh}


def _replacing(session: Session, membership: Membership | None) -> Replacing | None:
    """What is given up is the member as it is now: once it has another id, it is the new one."""
    name = session.options.replace
    if not name:
        return None
    machine = session.design.machine(name)
    member = membership.find(name, peer_url(machine)) if membership and machine.has(Role.ETCD) else None
    return Replacing(name, member.id if member else "")


async def _machines(session: Session) -> tuple[dict[str, FactSet], dict[str, MachineError], frozenset[str]]:
    """Facts, errors, and the names of those that nothing is installed on yet. Only these are tried out (PREFLIGHT): on
    others it would disturb what runs, on etcd's disk first of all."""
    design = session.design
    facts, unreachable = await session.read(STATE, design.machines)
    fresh = frozenset(name for name, found in facts.items() if not _owned(found, design))
    tried, lost = await session.read(PREFLIGHT, [machine for machine in design.machines if machine.name in fresh])
    for name, found in tried.items():
        facts[name] = facts[name].with_more(found)
    return facts, {**unreachable, **lost}, fresh


def preloaded(design: Design) -> tuple[str, ...] | None:
    """The add-ons whose images are brought to the nodes; None where nodes pull them."""
    return design.addons if design.preload_images else None


async def fetch(session: Session, architectures: Collection[str] = ()) -> None:
    """Everything the release needs is in the cache afterwards, for these architectures and for the programs that run
    on this computer."""
    for arch in sorted({own_arch(), *architectures}):
        await session.store.ensure(session.design.release, arch, addons=preloaded(session.design))


def context_of(session: Session, view: View) -> PlanContext:
    """What phases decide from. Keys are looked up anew: they may have been issued since the view was made."""
    design, state = session.design, session.state
    # A stage of a rotation first: what is issued after it is signed by the one that signs from then on.
    stages = [each for each in view.asked if each.name.startswith(PREFIX)]
    missing = {each.name: each for each in (*stages, *pki.missing(state, design, session.clock.now()), *view.asked)}
    replaced = frozenset(name for each in missing for name in pki.touched(state, design, each))

    def resolve(reference: SecretRef) -> Secret | None:
        """What is about to be issued does not count any more: files that hold it are in the plan already."""
        return None if reference.name in replaced else state.resolve(reference)

    addons = preloaded(design)
    images = {
        arch: session.store.digests(design.release, arch, addons) if addons is not None else ()
        for arch in _architectures(view.facts)
    }
    return PlanContext(
        design=design,
        facts=view.facts,
        resolve=resolve,
        digests={
            machine.name: digests(design, machine, traits_of(view.facts[machine.name]), resolve)
            for machine in design.machines
            if machine.name in view.facts
        },
        missing=tuple((each.name, each.reason) for each in missing.values()),
        programs=_StorePrograms(session),
        images=lambda machine: images[traits_of(view.facts[machine.name]).arch],
        objects=view.objects,
        known=session.known,
        membership=view.membership,
        replacing=session.replacing,
        departures=_departures(session, view),
    )


class Decided:
    """What follows from a view and from the keys as they are now. Each thing is decided when it is first asked for, and
    only once: deciding looks at every machine, also where one of a thousand is to be changed. Once keys have been
    issued or the view is another, a new one is needed."""

    def __init__(self, session: Session, view: View, context: PlanContext | None = None) -> None:
        self.view = view
        self._session = session
        self._context = context
        self._stages: dict[str, Stage] = {}

    @property
    def context(self) -> PlanContext:
        """What phases decide from."""
        if self._context is None:
            self._context = context_of(self._session, self.view)
        return self._context

    def stage(self, name: str) -> Stage:
        """The steps that are missing in that part, or those of `newcomers`. KeyError for none."""
        if name not in self._stages:
            self._stages[name] = planning.stage_of(name, self.context)
        return self._stages[name]

    def stages(self) -> tuple[Stage, ...]:
        """The steps of every part, in order."""
        return tuple(self.stage(name) for name in planning.ORDER)

    def plan(self) -> Plan:
        """Everything that would change, as data. RefusedError from a phase that will not."""
        view = self.view
        return make_plan(
            cluster=self._session.design.name,
            created=self._session.clock.now(),
            spec_digest=self._session.loaded.digest,
            facts_digest=digest(view.facts.values(), STATE),
            stages=self.stages(),
            unknown=list(view.unknown(self._session)),
        )

    def with_objects(self, objects: Objects) -> "Decided":
        """The same with the API's objects as they are now; nothing about machines is looked at again."""
        return Decided(self._session, replace(self.view, objects=objects), replace(self.context, objects=objects))


def _departures(session: Session, view: View) -> tuple[Departure, ...]:
    wide = including(session.design, session.leaving)

    def keys(machine: Machine) -> tuple[str, ...]:
        own = [leaf for leaf in wide.pki.leaves if leaf.host == machine.name]
        names = (name for leaf in own for name in (leaf.cert, leaf.key))
        return tuple(name for name in names if session.state.holds(name))

    return tuple(
        Departure(
            machine=machine,
            facts=view.leaving.get(machine.name),
            error=view.lost[machine.name].message if machine.name in view.lost else "",
            script=script(wide, machine, keep_etcd=False),
            keys=keys(machine),
        )
        for machine in session.leaving
    )


def _architectures(facts: Mapping[str, FactSet]) -> set[str]:
    """Those that the sources know, of the machines whose system could be read; preflight has its word on the others."""
    found = (each.find(system.FACT) for each in facts.values())
    return {each.arch for each in found if each is not None} & set(ARCHITECTURES)


@dataclass(frozen=True, slots=True)
class _StorePrograms:
    session: Session

    def digests(self, component: str, version: str, arch: str) -> Mapping[str, str]:
        return {each.name: each.sha256 for each in self.session.store.inventory(component, version, arch)}


def _owned(found: FactSet, design: Design) -> bool:
    return f"owner:{design.name}" in found.get(leftovers.FACT)


def _lost_notes(session: Session, lost: Mapping[str, MachineError]) -> Iterator[str]:
    """Said before anybody is asked: whether such a machine is off only a person can tell."""
    for machine in session.leaving:
        if machine.name in lost:
            said = f"{machine.name} is not in the file any more and does not answer: it is left as it is"
            if machine.roles & FENCED:
                said += f", and fenced: API servers and etcd refuse {machine.address} from now on"
            if machine.has(Role.LOAD_BALANCER):
                said += "; with no API server to reach it gives the VIP up, and does not take it when it comes back"
            yield f"{said} ({lost[machine.name].message})"


def _pki_notes(session: Session) -> list[str]:
    """What an apply does not do by itself: replacing authorities."""
    aging = pki.aging(session.state, session.design, session.clock.now())
    return [
        *(
            f"warning: the authority {name} ends on {rfc3339(end)}, before a certificate issued now would: "
            f"`seakeep certs rotate-ca {name}` replaces it"
            for name, end in aging
        ),
        *(
            f"{name} is being replaced, at the stage {stage}: `seakeep certs rotate-ca {name}` goes on with it"
            for name, stage in stages(session.state, session.design).items()
        ),
    ]


def _refuse_without_keys(session: Session, facts: Mapping[str, FactSet], fresh: frozenset[str]) -> None:
    """A new authority on machines that trust another one would cut the cluster off from itself; with a new encryption
    key the API servers could not read a single Secret of before."""
    owned = sorted(facts.keys() - fresh)
    lost = pki.lost(session.state, session.design)
    if owned and lost:
        raise RefusedError(
            f"{', '.join(owned)} already belong to the cluster {session.design.name}, "
            f"but its keys are not in {session.state.root}: {', '.join(lost)}",
            hint="bring the state folder from the computer that made the cluster (`seakeep state import`), or name it "
            "with --state; `seakeep state recover` brings back what the machines have",
        )


def _refuse_without_roster(session: Session, owned: Collection[str]) -> None:
    """Nobody would notice a changed range or a machine that was taken out. Where no API answers this does not refuse:
    the roster could not be found out, and what there is may have to be repaired first."""
    if owned and session.known is None:
        raise RefusedError(
            f"{', '.join(sorted(owned))} already belong to the cluster {session.design.name}, but "
            f"{session.state.path(roster.NAME)}, which says what it is made of, is gone",
            hint="bring the state folder from the computer that made the cluster, or let `seakeep state recover` find "
            "it out",
        )


def stamp(session: Session) -> str:
    """Now, as reports write it."""
    return rfc3339(session.clock.now())


def names(machines: tuple[Machine, ...]) -> str:
    """For messages."""
    return ", ".join(machine.name for machine in machines)
