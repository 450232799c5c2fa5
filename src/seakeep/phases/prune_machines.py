"""What Seakeep once put on a machine and the file no longer asks for, and what lies in folders that are wholly ours.

Last of the machines' parts: what takes over has been started and is healthy by then. What was changed since it was put
there, and what was never ours, is set aside instead of removed. An etcd member's data is never touched.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from seakeep.artifacts.base import MachineFiles
from seakeep.artifacts.common import BIN, ETCD_PKI, LB, PKI, UNITS
from seakeep.artifacts.etcd import BOOTSTRAP
from seakeep.artifacts.registry import render_machine
from seakeep.core.change import Risk
from seakeep.core.errors import RefusedError
from seakeep.design.model import Design, Machine
from seakeep.design.traits import Traits
from seakeep.engine.model import PutFile, Remove, RemoveDir, Script, SetAside, Step, UnitDo, UnitVerb
from seakeep.facts import contents, files, inventory, programs, units
from seakeep.facts.files import FileState
from seakeep.facts.inventory import Entry
from seakeep.facts.units import STAMPS, UnitState
from seakeep.phases import control_plane, etcd, fence, load_balancer, policy_rules, wanted
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer
from seakeep.phases.inventory import inventory_file, listed_of, surplus

PHASE = Phase("prune_machines", "What machines no longer need", "machine")

WHOLLY_OURS = ("/etc/etcd", ETCD_PKI, PKI, "/etc/seakeep", LB, STAMPS)
"""Of the folders that the design makes, those in which everything is Seakeep's. The others are shared with packages,
people and other programs: what they put there stays."""

NO_LONGER = "Seakeep put it there, and the file no longer asks for it"

_GROUPS = {
    "etcd.service": etcd.SERIAL,
    "kube-apiserver.service": control_plane.SERIAL,
    "seakeep-haproxy.service": load_balancer.SERIAL,
    "seakeep-keepalived.service": load_balancer.SERIAL,
}

_RISKS = {"etcd.service": Risk.QUORUM, "containerd.service": Risk.DISRUPTIVE, "kubelet.service": Risk.DISRUPTIVE}

_STOPPED = frozenset({"inactive", "failed"})

_TEMPORARY = re.compile(r".+\.seakeep-new")
"""What a batch that was killed leaves beside the file that it was about to write."""

_END_PODS = """\
ctr="/opt/seakeep/bin/ctr -n k8s.io"
if [ -S /run/containerd/containerd.sock ] && [ -x /opt/seakeep/bin/ctr ]; then
  for t in $(timeout 10 $ctr tasks ls -q); do timeout 10 $ctr tasks kill -s KILL "$t" || true; done
fi
systemctl stop containerd.service 2>/dev/null || true
for p in /proc/[0-9]*; do
  case $(readlink "$p/exe" 2>/dev/null) in /opt/seakeep/containerd/*) kill -9 "${p#/proc/}" 2>/dev/null || true ;; esac
done
awk '{print $2}' /proc/mounts | grep -E '^(/var/lib/kubelet|/run/containerd|/var/lib/containerd)/' | sort -r |
  while read -r m; do umount -l "$m" || true; done
for d in /var/run/netns/cni-*; do
  [ -e "$d" ] || continue
  umount -l "$d" 2>/dev/null || true; rm -f "$d"
done
for i in cni0 flannel.1; do ip link del "$i" 2>/dev/null || true; done
for t in "ip kube-proxy" "ip6 kube-proxy" "ip flannel-ipv4" "ip6 flannel-ipv6"; do
  nft delete table $t 2>/dev/null || true
done
"""

END_PODS = _END_PODS + policy_rules.REMOVE
"""Ends every pod of a machine whose kubelet is stopped, with what pods and the pod network leave in the kernel."""


def exclusive(design: Design, machine: Machine) -> tuple[str, ...]:
    """The folders in which everything is Seakeep's."""
    return _exclusive(design, machine, render_machine(design, machine, Traits()))


def _exclusive(design: Design, machine: Machine, rendered: MachineFiles) -> tuple[str, ...]:
    made = {each.path for each in rendered.dirs}
    versions = (
        f"{programs.ROOT}/{component}/{design.release.component(component)}" for component in wanted.programs(machine)
    )
    return (*(path for path in WHOLLY_OURS if path in made), BIN, *versions)


def plan(context: PlanContext) -> Iterator[Step]:
    """Units first, then files, folders and programs; the inventory forgets them last."""
    for machine in context.machines:
        facts = context.facts[machine.name]
        comparer = Comparer(PHASE.id, facts, context.resolve)
        rendered = render_machine(context.design, machine, context.traits(machine))
        entries = listed_of(rendered, context, machine)
        listed = facts.get(inventory.FACT)
        gone = surplus(listed, entries)
        states, found = facts.get(units.FACT), facts.get(files.FACT)
        mine = tuple(each for each in gone if each.path != fence.UNIT and each.path not in fence.PATHS)
        yield from _units(comparer, context, machine, mine, states)
        for each in mine:
            if each.kind in ("file", "link"):
                yield from _file(comparer, each, found.get(each.path))
        for each in sorted(gone, key=lambda entry: entry.path, reverse=True):
            if each.kind == "dir" and _kind(found, each.path) == "directory":
                what = f"remove {each.path} if it is empty"
                yield comparer.step(f"dir:{each.path}", RemoveDir(each.path), NO_LONGER, what=what)
            elif each.kind == "component":
                path = f"{programs.ROOT}/{each.path}"
                yield comparer.step(f"programs:{each.path}", Remove(path), NO_LONGER, what=f"remove {path}")
        yield from _extras(comparer, context, machine, rendered, gone)
        if any(_is_loaded(each, states.get(each.path)) for each in mine):
            what = "have systemd forget the units that are gone"
            yield comparer.step("units", Script("systemctl daemon-reload\n"), NO_LONGER, what=what)
        if gone:
            file = inventory_file(entries)
            why = f"lists {len(gone)} that the file no longer asks for"
            yield comparer.step(f"file:{file.path}", PutFile(file), why, what=f"file {file.path}")


def _units(
    comparer: Comparer,
    context: PlanContext,
    machine: Machine,
    gone: tuple[Entry, ...],
    states: Mapping[str, UnitState],
) -> Iterator[Step]:
    """Stopped in the opposite of the order in which they were started. RefusedError for an etcd member that is still
    one: stopping it would take from the quorum of the others."""
    for each in reversed([entry for entry in gone if entry.kind == "unit"]):
        state = states.get(each.path)
        if state is None or state.fragment not in ("", f"{UNITS}/{each.path}"):
            continue  # another unit of that name, which a package brought
        stopped = state.active in _STOPPED and not state.stamp and state.enabled in ("", "disabled")
        if stopped and not (_is_loaded(each, state) and each.path == "kubelet.service"):
            continue  # by a run that ended before the inventory was written; a kubelet's pods may still be there
        if each.path == "etcd.service" and context.is_member(machine.name):
            raise RefusedError(
                f"{machine.name} is a member of etcd, and the file no longer gives it the role etcd",
                hint="remove the member from the cluster first, or give the role back",
            )
        runs = state.active not in _STOPPED
        yield comparer.step(
            f"unit:{each.path}",
            UnitDo(each.path, UnitVerb.STOP),
            NO_LONGER,
            what=f"stop {each.path.removesuffix('.service')}",
            risk=_RISKS.get(each.path, Risk.RESTART) if runs else Risk.NONE,
            serial=_GROUPS.get(each.path) if runs else None,
        )
        if each.path == "kubelet.service":
            what = "end the pods that are left"
            yield comparer.step(
                "pods", Script(END_PODS), "the machine is no longer a node", what=what, risk=Risk.DISRUPTIVE
            )


def _is_loaded(entry: Entry, state: UnitState | None) -> bool:
    """Whether it is a unit of ours, and systemd knows it still."""
    ours = ("", f"{UNITS}/{entry.path}")
    return entry.kind == "unit" and state is not None and state.load != "not-found" and state.fragment in ours


def _file(comparer: Comparer, entry: Entry, state: FileState | None) -> Iterator[Step]:
    """Removed while it is what was put there; something of another kind in its place is not ours at all."""
    if state is None or state.kind != entry.kind:
        return
    name = f"{entry.kind}:{entry.path}"
    if entry.kind == "link":
        if state.target == entry.detail:
            yield comparer.step(name, Remove(entry.path), NO_LONGER, what=f"remove {entry.path}")
    elif entry.detail in ("-", state.sha256):
        yield comparer.step(name, Remove(entry.path), NO_LONGER, what=f"remove {entry.path}")
    else:
        why = f"{NO_LONGER}, but it was changed since"
        yield comparer.step(name, SetAside(entry.path), why, what=f"set aside {entry.path}")


def _extras(
    comparer: Comparer, context: PlanContext, machine: Machine, rendered: MachineFiles, gone: tuple[Entry, ...]
) -> Iterator[Step]:
    """What nobody asked for in folders that are wholly ours."""
    # A unit that is stopped loses its stamp with that.
    known = _known(context, machine, rendered) | {
        f"{STAMPS}/{each.path}" if each.kind == "unit" else each.path for each in gone
    }
    folders = set(_exclusive(context.design, machine, rendered))
    ours = {name for names in (wanted.PROGRAMS, wanted.NODE_PROGRAMS) for entry in names for name in entry[-1]}
    lying = context.facts[machine.name].get(contents.FACT)
    for path in sorted(lying):
        if path in known or not path.isprintable():
            continue  # a name that no plan could show stays
        place = PurePosixPath(path)
        if str(place.parent) not in folders:
            continue
        made_by_us = (
            _TEMPORARY.fullmatch(place.name)
            or str(place.parent) == STAMPS
            or (place.is_relative_to(programs.ROOT) and place.name in ours)
        )
        why = f"{place.parent} is wholly Seakeep's, and the file does not ask for it"
        if made_by_us:
            yield comparer.step(f"extra:{path}", Remove(path), why, what=f"remove {path}")
        else:
            yield comparer.step(f"extra:{path}", SetAside(path), why, what=f"set aside {path}")


def _known(context: PlanContext, machine: Machine, rendered: MachineFiles) -> set[str]:
    """Every path that the design names, the folders that lead to one included."""
    named = {
        *(each.path for each in rendered.dirs),
        *(each.path for each in rendered.files),
        *(path for path, _ in rendered.links),
        *(f"{STAMPS}/{each.name if '.' in each.name else f'{each.name}.service'}" for each in rendered.units),
    }
    for component, names in wanted.programs(machine).items():
        folder = f"{programs.ROOT}/{component}/{context.design.release.component(component)}"
        named |= {f"{folder}/{name}" for name in (*names, ".manifest")}
    # Not there for long, and by then it is what a member starts with.
    named.add(BOOTSTRAP)
    return named.union(*map(_above, named))


@lru_cache(maxsize=16384)
def _above(path: str) -> tuple[str, ...]:
    """The folders that lead to a path: the same on every machine, and asked for on each."""
    return tuple(map(str, PurePosixPath(path).parents))


def _kind(found: Mapping[str, FileState], path: str) -> str:
    state = found.get(path)
    return state.kind if state is not None else ""
