"""Machines as facts tell of them: bare, or exactly as a design wants them, and changed a little by a test."""

import hashlib
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from seakeep.artifacts import etcd, kernel
from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.registry import render_machine, render_objects
from seakeep.core.json import JsonObject
from seakeep.core.secret import Secret, SecretRef
from seakeep.design.complete import complete
from seakeep.design.known import finished
from seakeep.design.model import Design, Machine, Role
from seakeep.engine.model import (
    ApplyObject,
    LoadImage,
    PlaceBinaries,
    PutDir,
    PutFile,
    PutLink,
    PutUser,
    Remove,
    RemoveDir,
    Script,
    SetAside,
    Step,
    UnitDo,
    UnitVerb,
)
from seakeep.facts import inventory
from seakeep.facts.base import FactSet
from seakeep.facts.files import FileState
from seakeep.facts.units import UnitState
from seakeep.phases import fence, machine_files, policy_rules, prune_machines, wanted
from seakeep.phases.base import ObjectKey, PlanContext, traits_of
from seakeep.phases.compare import service, unit_stamp
from seakeep.phases.inventory import wanted_entries
from seakeep.phases.objects import key_of
from seakeep.spec.load import load
from seakeep.state import roster

EXAMPLES = Path(__file__).parents[3] / "examples"
IMAGES = (("registry.k8s.io/pause:3.10.1", "sha256:" + "1" * 64), ("x/probe:1", "sha256:" + "2" * 64))
_KINDS = {"file": "f", "directory": "d", "link": "l", "other": "p"}

READ_AT = 1795478670.0
"""When the operator read the machines, half a second before what their clocks say."""


@cache
def design_of(example: str = "three-sites") -> Design:
    return complete(load(EXAMPLES / f"{example}.yaml"))


def resolve(ref: SecretRef) -> Secret | None:
    return Secret(f"content of {ref.name}\n".encode())


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Programs:
    """Every program has the digest of its name."""

    def digests(self, component: str, version: str, arch: str) -> Mapping[str, str]:
        names = {
            name for roles in (wanted.PROGRAMS, wanted.NODE_PROGRAMS) for entry in roles for name in entry[-1]
        }  # fmt: skip
        return {name: sha256(f"{component} {version} {arch} {name}") for name in names}


@dataclass
class Box:
    """One machine. `facts` prints it as the facts' scripts would."""

    machine: Machine
    system: dict[str, str] = field(default_factory=dict)
    files: dict[str, FileState] = field(default_factory=dict)
    units: dict[str, UnitState] = field(default_factory=dict)
    programs: dict[tuple[str, str, str], str] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    sysctls: dict[str, str] = field(default_factory=dict)
    tools: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    leftovers: list[str] = field(default_factory=list)
    etcd_data: bool = False
    inventory: str = ""
    lying: set[str] = field(default_factory=set)
    more: dict[str, bytes] = field(default_factory=dict)
    pods_ended: bool = False
    fence: str = "none"
    policy_rules: bool = False
    loose: dict[str, str] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)

    def facts(self) -> FactSet:
        raw = {
            "clock": b"1795478670.5\nyes\n",
            "system": "".join(f"{key}={value}\n" for key, value in self.system.items()).encode(),
            "accounts": "\n".join(sorted(self.accounts)).encode(),
            "tools": "\n".join(sorted(self.tools)).encode(),
            "sysctls": "".join(f"{k.replace('.', '/')}:{v}\n" for k, v in self.sysctls.items()).encode(),
            "inventory": self.inventory.encode(),
            "contents": "".join(f"f {path}\0" for path in sorted({*self.files, *self.lying})).encode(),
            "files": "".join(_file_lines(self.files)).encode(),
            "units": _unit_blocks(self.units).encode(),
            "programs": "".join(f"{c} {v} {p} {d}\n" for (c, v, p), d in self.programs.items()).encode(),
            "images": "".join(f"{ref} type {digest} 1 MiB\n" for ref, digest in self.images.items()).encode(),
            "etcd_data": b"yes\n" if self.etcd_data else b"no\n",
            "leftovers": "\n".join(self.leftovers).encode(),
            "program_modes": "".join(f"{how} {path}\0" for path, how in self.loose.items()).encode(),
            "policy_rules": b"yes\n" if self.policy_rules else b"no\n",
            "fence": self.fence.encode(),
            **self.more,
        }
        return FactSet(self.machine.name, {k: v for k, v in raw.items() if k not in self.without}, READ_AT)


def _file_lines(files: Mapping[str, FileState]) -> Iterable[str]:
    for path, state in files.items():
        yield f"S|{_KINDS[state.kind]}|{state.mode:o}|{state.owner}|{state.group}|{path}\0{state.target}\n"
    yield from (f"{state.sha256}  {path}\n" for path, state in files.items() if state.sha256)


NEWLINE = "\n"


def _unit_blocks(units: Mapping[str, UnitState]) -> str:
    blocks = [
        f"Id={name}\nLoadState={unit.load}\nActiveState={unit.active}\nSubState={unit.sub}\n"
        f"UnitFileState={unit.enabled}\nFragmentPath={unit.fragment}\nDropInPaths={shlex.join(unit.drop_ins)}\n"
        f"NeedDaemonReload={'yes' if unit.needs_reload else 'no'}\n"
        f"{f'Runs={unit.runs}{NEWLINE}' if unit.runs else ''}{f'Command=other{NEWLINE}' if unit.other_command else ''}"
        for name, unit in units.items()
    ]
    return "\n".join(blocks) + "".join(f"stamp:{n}={u.stamp}\n" for n, u in units.items() if u.stamp)


RUNNING = UnitState(
    load="loaded", active="active", sub="running", enabled="enabled", fragment="", drop_ins=(), needs_reload=False
)
ABSENT = replace(RUNNING, load="not-found", active="inactive", sub="dead", enabled="")


class World:
    """All machines of a design and the API's objects. `objects` is None while there is no API."""

    def __init__(self, example: str = "three-sites", *, nested: bool = False) -> None:
        self.design = design_of(example)
        self.objects: dict[ObjectKey, JsonObject] | None = None
        self.missing: tuple[tuple[str, str], ...] = ()
        self.resolve: Callable[[SecretRef], Secret | None] = resolve
        self.boxes = {machine.name: _bare(machine, nested=nested) for machine in self.design.machines}

    @classmethod
    def converged(cls, example: str = "three-sites", *, nested: bool = False) -> "World":
        """Everything exactly as rendered."""
        world = cls(example, nested=nested)
        context = world.context()
        for box in world.boxes.values():
            world._fill(box, context)
        world.objects = {key_of(each): as_served(each) for each in render_objects(world.design)}
        return world

    def _fill(self, box: Box, context: PlanContext) -> None:
        machine, traits = box.machine, context.traits(box.machine)
        files = render_machine(self.design, machine, traits)
        box.accounts = {user.name for user in files.users}
        for each in files.dirs:
            box.files[each.path] = FileState(kind="directory", mode=each.mode, owner=each.owner, group=each.group)
        for each in files.files:
            box.files[each.path] = FileState(
                kind="file", mode=each.mode, owner=each.owner, group=each.group, sha256=each.digest(self.resolve) or ""
            )
        for path, target in files.links:
            box.files[path] = FileState(kind="link", mode=0o777, owner="root", group="root", target=target)
        box.inventory = inventory.text(wanted_entries(context, machine))
        box.files[inventory.PATH] = FileState(
            kind="file", mode=0o600, owner="root", group="root", sha256=sha256(box.inventory)
        )
        if machine.has(Role.CONTROL_PLANE):
            kept = roster.copy(self.design.name, finished(None, self.design)).decode()
            box.files[roster.PATH] = FileState(kind="file", mode=0o600, owner="root", group="root", sha256=sha256(kept))
        programs = machine_files.program_digests(context, machine)
        box.programs = {
            (component, self.design.release.component(component), name): digest
            for (component, name), digest in programs.items()
        }
        for unit in files.units:
            stamp = unit_stamp(unit, context.digests[machine.name], programs)
            box.units[service(unit.name)] = replace(RUNNING, stamp=stamp)
        box.sysctls |= kernel.sysctls(machine, traits)
        box.tools = set(wanted.tools(machine, nested=traits.nested))
        box.images = dict(IMAGES) if machine.is_node else {}
        box.leftovers = [f"owner:{self.design.name}"]
        box.etcd_data = machine.has(Role.ETCD)

    def context(self) -> PlanContext:
        """What phases see now."""
        facts = {name: box.facts() for name, box in self.boxes.items()}
        return PlanContext(
            design=self.design,
            facts=facts,
            resolve=self.resolve,
            digests={
                name: {
                    file.path: file.digest(self.resolve)
                    for file in render_machine(self.design, self.boxes[name].machine, traits_of(found)).files
                }
                for name, found in facts.items()
            },
            missing=self.missing,
            programs=Programs(),
            images=lambda _: IMAGES,
            objects=self.objects,
        )

    def do(self, step: Step) -> None:
        """Carry a step out, as far as facts would tell."""
        action = step.action
        if isinstance(action, ApplyObject):
            self.objects = {**(self.objects or {}), key_of(action.object): as_served(action.object)}
            return
        box = self.boxes[step.change.host]
        match action:
            case PutUser(user):
                box.accounts.add(user.name)
            case PutDir(each):
                box.files[each.path] = FileState(kind="directory", mode=each.mode, owner=each.owner, group=each.group)
            case PutFile(each):
                digest = each.digest(self.resolve)
                assert digest is not None
                box.files[each.path] = FileState(
                    kind="file", mode=each.mode, owner=each.owner, group=each.group, sha256=digest
                )
                if each.path == inventory.PATH:
                    box.inventory = (each.content(self.resolve) or b"").decode()
            case PutLink(path, target):
                box.files[path] = FileState(kind="link", mode=0o777, owner="root", group="root", target=target)
            case Remove() | RemoveDir() | SetAside():
                _take(box, action)
            case PlaceBinaries(component, version, programs):
                box.programs |= {(component, version, name): digest for name, digest in programs}
            case LoadImage(reference):
                box.images[reference] = dict(IMAGES)[reference]
            case UnitDo():
                _act(box, action)
            case Script(script):
                self._run(box, script)
            case _:
                raise AssertionError(action)

    def _run(self, box: Box, script: str) -> None:
        if "sysctl -q -p" in script:
            box.sysctls |= kernel.sysctls(box.machine, traits_of(box.facts()))
        elif "daemon-reload" in script:
            for name, unit in box.units.items():
                if f"/etc/systemd/system/{name}" not in box.files:
                    box.units[name] = replace(unit, load="not-found", enabled="")
        elif script == prune_machines.END_PODS:
            box.pods_ended, box.policy_rules = True, False
        elif policy_rules.REMOVE in script:
            box.policy_rules = False
        elif "chmod 0755" in script:
            box.loose = {}
        elif "swapoff" in script:
            box.system["swap_kb"] = "0"
        else:
            assert "install" in script
            box.tools = set(wanted.tools(box.machine, nested=traits_of(box.facts()).nested))


def _act(box: Box, action: UnitDo) -> None:
    if action.verb is UnitVerb.STOP:
        stopped = replace(box.units[action.unit], active="inactive", sub="dead", enabled="disabled", stamp="")
        box.units[action.unit] = stopped
    else:
        box.units[action.unit] = replace(RUNNING, stamp=action.stamp)
        if action.unit == "etcd.service":
            # It founds its cluster with what it was told, and forgets that.
            assert box.etcd_data or box.files.pop(etcd.BOOTSTRAP, None)
            box.etcd_data = True
    if action.unit == fence.UNIT:
        box.fence = "none" if action.verb is UnitVerb.STOP else "whole"


def _take(box: Box, action: Remove | RemoveDir | SetAside) -> None:
    path = action.path
    if isinstance(action, RemoveDir) and any(each.startswith(f"{path}/") for each in (*box.files, *box.lying)):
        return
    box.files.pop(path, None)
    box.lying.discard(path)
    box.programs = {
        name: sha256
        for name, sha256 in box.programs.items()
        if not f"/opt/seakeep/{'/'.join(name)}/".startswith(f"{path}/")
    }
    for name, unit in box.units.items():
        box.units[name] = replace(unit, drop_ins=tuple(each for each in unit.drop_ins if each != path))


def _bare(machine: Machine, *, nested: bool) -> Box:
    return Box(
        machine,
        system={
            "os_id": "debian",
            "os_like": "",
            "os_version": "13",
            "arch": "x86_64",
            "kernel": "6.12.57",
            "cores": "4",
            "memory_kb": str(8 * 1024 * 1024),
            "swap_kb": "0",
            "cgroup": "tmpfs" if nested else "cgroup2fs",
            "container": "podman" if nested else "none",
            "seccomp": "1",
            "hostname": machine.name,
            "machine_id": sha256(machine.name)[:32],
            "resolv_conf": "/etc/resolv.conf",
            "interface": "eth0",
        },
        units={"etcd.service": ABSENT},
    )


def as_served(wanted_object: KubeObject) -> JsonObject:
    """The object with what the API adds by itself."""
    body = wanted_object.body
    metadata = body.get("metadata")
    assert isinstance(metadata, Mapping)
    return {**body, "metadata": {**metadata, "uid": "u", "resourceVersion": "7"}, "status": {"phase": "x"}}
