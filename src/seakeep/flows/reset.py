"""reset: everything of Seakeep off the machines, which are left as they were found."""

import asyncio
import shlex
from collections.abc import Callable

from seakeep.artifacts import etcd
from seakeep.artifacts.registry import render_machine
from seakeep.core.change import Change, Risk
from seakeep.core.errors import RefusedError
from seakeep.design.known import including
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits
from seakeep.engine.lock import FileLock, Owner
from seakeep.engine.model import Script, Step
from seakeep.engine.stage import Stage
from seakeep.facts import inventory, leftovers, system
from seakeep.flows.journaled import execute, journaled, unless_begun
from seakeep.flows.locks import machine_lock, take_lease
from seakeep.flows.session import Session
from seakeep.phases import kernel, packages, prune_machines
from seakeep.phases.compare import service
from seakeep.report.apply import ResetReport
from seakeep.state import roster
from seakeep.state.runs import Run, new_run

_LISTED = f"""\
for u in $({inventory.LISTED_UNITS} 2>/dev/null); do
  [ $u = containerd.service ] || systemctl disable --now $u 2>/dev/null || true
done
for f in $({inventory.LISTED_PATHS} 2>/dev/null); do
  if [ -L "$f" ] || [ -f "$f" ]; then rm -f -- "$f"; fi
done
"""
"""What the inventory lists beyond the design: of roles that the machine had before."""

_EMPTY = ("/var/lib/containerd", "/var/lib/kubelet", "/run/flannel", "/run/containerd", "/var/lib/cni")
"""Emptied rather than removed: some of them may be mount points."""

_LAST = f"""\
if [ -f {kernel.BEFORE} ]; then sysctl -q -p {kernel.BEFORE} || true; fi
if [ -f /etc/fstab.before-seakeep ]; then
  sed -i 's/^# seakeep: //' /etc/fstab; rm -f /etc/fstab.before-seakeep; swapon -a || true
fi
if [ -f {packages.INSTALLED} ]; then
  p=$(sort -u {packages.INSTALLED} | tr '\\n' ' ')
  if command -v apt-get >/dev/null; then DEBIAN_FRONTEND=noninteractive apt-get remove -q -y $p
  else dnf remove -q -y $p; fi
fi
rm -rf /opt/seakeep
find /var/lib/seakeep -mindepth 1 ! -name lock ! -name .lock.guard ! -path '/var/lib/seakeep/aside*' -delete
systemctl daemon-reload
systemctl reset-failed 2>/dev/null || true
"""


async def reset(session: Session, *, keep_etcd: bool, confirm_name: Callable[[], str]) -> ResetReport:
    """Ask for the cluster's name, then clean every machine. RefusedError for another name or a foreign machine.

    Machines that do not answer are named in the error, after all others have been cleaned.
    """
    design = session.design
    if confirm_name() != design.name:
        raise RefusedError("that is not the cluster's name; nothing was changed")
    run = new_run(session.state, "reset", session.clock.now())
    owner = Owner.me(run=run.id, command="reset", clock=session.clock)
    with unless_begun(run), FileLock(session.state.path("lock"), owner), session.logged(run.log):
        # A cluster whose control plane is gone for good has to be taken off what is left of it.
        async with machine_lock(session, owner, needed=False):
            machines = await _clean(session, run, owner, keep_etcd=keep_etcd)
        _forget(session, keep_etcd=keep_etcd)
    kept = ("etcd's data", "keys and certificates") if keep_etcd else ()
    return ResetReport(cluster_name=design.name, machines=machines, kept=kept, run_dir=str(run.folder))


async def _clean(session: Session, run: Run, owner: Owner, *, keep_etcd: bool) -> tuple[str, ...]:
    """Clean every machine that answers; their names. One that the file no longer names and no apply has taken out yet
    would go on claiming the VIP; where it does not answer, or is another's by now, it is left."""
    design = including(session.design, session.leaving)
    (facts, unreachable), (former, lost) = await asyncio.gather(
        session.read((leftovers.FACT, system.FACT), session.design.machines),
        session.read((leftovers.FACT, system.FACT), session.leaving),
    )
    for name, error in lost.items():
        session.progress.note(f"{name}, which the file no longer names, is left as it is: {error.message}")
    for name, found in sorted(facts.items()):
        foreign = [x for x in found.get(leftovers.FACT) if x.startswith("owner:") and x != f"owner:{design.name}"]
        if foreign:
            raise RefusedError(f"{name} belongs to the cluster {foreign[0].partition(':')[2]!r}; nothing was changed")
    await take_lease(session, owner)
    mine = {name for name, found in former.items() if f"owner:{design.name}" in found.get(leftovers.FACT)}
    machines = [machine for machine in design.machines if machine.name in facts or machine.name in mine]
    steps = tuple(_step(design, machine, keep_etcd=keep_etcd) for machine in machines)
    stage = Stage("reset", "Take the cluster off its machines", steps)
    planned = [step.change.id for step in steps]
    with journaled(session, run, command="reset", planned=planned) as journal:
        await execute(session, journal, stage, again="seakeep reset")
        if unreachable:
            raise next(iter(unreachable.values()))
    return tuple(machine.name for machine in machines)


def _step(design: Design, machine: Machine, *, keep_etcd: bool) -> Step:
    change = Change(
        id=f"{machine.name}/reset/machine",
        host=machine.name,
        phase="reset",
        what="remove everything of Seakeep",
        why="asked for",
        risk=Risk.DISRUPTIVE,
        reversible=False,
    )
    return Step(change=change, action=Script(script(design, machine, keep_etcd=keep_etcd)))


def script(design: Design, machine: Machine, *, keep_etcd: bool) -> str:
    """The shell script that cleans one machine. Repeating it is harmless."""
    files = render_machine(design, machine, Traits())
    units = " ".join(shlex.quote(service(unit.name)) for unit in reversed(files.units))
    lines = [
        f"for u in {units}; do [ $u = containerd.service ] || systemctl disable --now $u 2>/dev/null || true; done"
    ]
    if machine.is_node:
        lines += [prune_machines.END_PODS, "systemctl disable containerd.service 2>/dev/null || true"]
        lines += [f"[ -d {path} ] && find {path} -mindepth 1 -xdev -delete 2>/dev/null || true" for path in _EMPTY]
    lines.append(_LISTED)
    paths = sorted({each.path for each in files.files} | {path for path, _ in files.links})
    lines.append("rm -f -- " + " ".join(shlex.quote(path) for path in paths))
    if machine.has(Role.ETCD) and not keep_etcd:
        data = shlex.quote(design.etcd.data_dir)
        lines += [f"[ -d {data} ] && find {data} -mindepth 1 -delete", f"rmdir {data} 2>/dev/null || true"]
    keep = {user.name for user in etcd.render(design, machine, Traits()).users} if keep_etcd else set()
    users = sorted({user.name for user in files.users} - keep)
    lines += [f"userdel {shlex.quote(user)} 2>/dev/null || true" for user in users]
    shared = ("/etc", "/var/lib", "/var/log", "/var/lib/seakeep", "/var/lib/seakeep/units", design.etcd.data_dir)
    folders = [each.path for each in files.dirs if each.path not in shared and each.path.count("/") >= 2]
    lines += [f"rm -rf -- {shlex.quote(path)}" for path in sorted(folders, reverse=True) if path not in _EMPTY]
    lines.append("rm -rf -- /etc/kubernetes /var/log/kubernetes /etc/seakeep /etc/etcd /etc/containerd")
    return "\n".join(lines) + "\n" + _LAST


def _forget(session: Session, *, keep_etcd: bool) -> None:
    """Keys of a cluster that is gone protect nothing; with etcd's data kept they are all that can read it."""
    roster.forget(session.state)
    if not keep_etcd:
        for name in (*session.state.names("pki"), *session.state.names("secrets")):
            session.state.remove(name)
