"""Reading: what to ask each machine, and the objects of the API that the design owns."""

import asyncio
from collections.abc import Iterable, Mapping

from seakeep.artifacts import etcd, fence, kernel, kube_apiserver
from seakeep.artifacts.api_policies import ENCRYPTION
from seakeep.artifacts.base import KubeObject, MachineFiles, Resolve
from seakeep.artifacts.objects import MANAGED
from seakeep.artifacts.registry import render_machine
from seakeep.core.json import JsonObject
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits
from seakeep.facts import inventory
from seakeep.facts.base import Ask, Peer
from seakeep.phases import prune_machines, prune_objects, wanted
from seakeep.phases.base import ObjectKey
from seakeep.phases.compare import service
from seakeep.phases.objects import key_of
from seakeep.state import roster
from seakeep.transport.api import ApiClient, ApiError

_NODES = ("v1", "Node")
_NAMESPACES = ("v1", "Namespace")
ONE_BY_ONE = 20
"""Nodes up to which each is asked for by itself."""

SELECTOR = ",".join(f"{key}={value}" for key, value in MANAGED.items())
"""The label of every object that Seakeep makes."""


def peers_of(design: Design) -> tuple[Peer, ...]:
    """Every machine, as each is told of the others."""
    return tuple((each.name, str(each.address), each.ssh.port) for each in design.machines)


def ask(design: Design, machine: Machine, peers: tuple[Peer, ...]) -> Ask:
    """What is read of one machine. Paths and units do not depend on traits, so that one round trip is enough. `peers`
    are the design's, made once for all machines."""
    files = render_machine(design, machine, Traits())
    release = design.release
    return Ask(
        address=str(machine.address),
        paths=tuple(
            sorted(
                {each.path for each in files.dirs}
                | {each.path for each in files.files}
                | {path for path, _ in files.links}
                | {inventory.PATH}
                | ({etcd.BOOTSTRAP} if machine.has(Role.ETCD) else set())
                | ({roster.PATH} if machine.has(Role.CONTROL_PLANE) else set())
                # Also where there is to be none: what a run left that died has to be found.
                | ({fence.UNIT_FILE, fence.RULES} if machine.roles & fence.ROLES else set())
            )
        ),
        exclusive=prune_machines.exclusive(design, machine),
        units=tuple(
            sorted(
                {service(unit.name) for unit in files.units}
                | {"etcd.service"}
                | ({service(fence.NAME)} if machine.roles & fence.ROLES else set())
            )
        ),
        programs=tuple(
            (component, release.component(component), name)
            for component, names in wanted.programs(machine).items()
            for name in names
        ),
        users=tuple(sorted(user.name for user in files.users)),
        sysctls=tuple(sorted(kernel.sysctls(machine, Traits()))),
        tools=tuple(sorted(wanted.tools(machine, nested=False))),
        peers=peers,
        configs=config_paths(files),
        etcd_dir=design.etcd.data_dir if machine.has(Role.ETCD) else "",
        audit_log=kube_apiserver.AUDIT_LOG if machine.has(Role.CONTROL_PLANE) else "",
        vip=str(design.endpoint.vip) if design.endpoint.vip and machine.has(Role.LOAD_BALANCER) else "",
        api_port=design.endpoint.port,
    )


_CONFIGS = (".yaml", ".yml", ".json", ".conflist", ".cfg", ".conf", ".toml")


def config_paths(files: MachineFiles) -> tuple[str, ...]:
    """The configuration files that hold no secret, or only one that is blacked out before it leaves the machine. Unit
    files are left out: the command lines of what runs say more."""
    return tuple(
        sorted(
            file.path
            for file in files.files
            if file.path.endswith(_CONFIGS) and (not file.is_secret or file.path == ENCRYPTION)
        )
    )


def digests(design: Design, machine: Machine, traits: Traits, resolve: Resolve) -> dict[str, str | None]:
    """path -> sha256 of every file that the machine is to have."""
    return {file.path: file.digest(resolve) for file in render_machine(design, machine, traits).files}


async def objects(api: ApiClient, wanted_objects: Iterable[KubeObject]) -> Mapping[ObjectKey, JsonObject]:
    """The living counterparts, those that exist, and every other object that carries Seakeep's label.

    ApiError for anything but "not found".
    """

    async def one(each: KubeObject) -> tuple[ObjectKey, JsonObject] | None:
        try:
            found = await api.get(each.api_version, each.kind, each.name, namespace=each.namespace)
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        return key_of(each), found

    async def all_of(kind: tuple[str, str], some: list[KubeObject]) -> list[tuple[ObjectKey, JsonObject]]:
        found = {_key(each): each for each in await api.list(*kind)}
        return [(key_of(each), found[key_of(each)]) for each in some if key_of(each) in found]

    async def some_of(some: list[KubeObject]) -> list[tuple[ObjectKey, JsonObject]]:
        pairs = await asyncio.gather(*(one(each) for each in some))
        return [pair for pair in pairs if pair is not None]

    async def labelled(api_version: str, kind: str) -> list[tuple[ObjectKey, JsonObject]]:
        return [(_key(each), each) for each in await api.list(api_version, kind, selector=SELECTOR)]

    by_kind: dict[tuple[str, str], list[KubeObject]] = {}
    for each in wanted_objects:
        by_kind.setdefault((each.api_version, each.kind), []).append(each)
    # A thousand nodes are one question, not a thousand. Of other kinds the cluster may hold many that are not ours.
    many = [(kind, some) for kind, some in by_kind.items() if kind == _NODES and len(some) > ONE_BY_ONE]
    few = [each for kind, some in by_kind.items() if (kind, some) not in many for each in some]
    found = await asyncio.gather(
        *(labelled(*kind) for kind in (*prune_objects.KINDS, _NODES, _NAMESPACES)),
        *(all_of(*each) for each in many),
        some_of(few),
    )
    return {key: each for pairs in found for key, each in pairs}


def _key(found: JsonObject) -> ObjectKey:
    metadata = found.get("metadata")
    name = metadata if isinstance(metadata, Mapping) else {}
    api_version, kind, namespace, own = (
        found.get("apiVersion"),
        found.get("kind"),
        name.get("namespace"),
        name.get("name"),
    )
    return str(api_version), str(kind), str(namespace or ""), str(own)
