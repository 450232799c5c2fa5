"""What is taken off a machine: exactly what Seakeep put there and no longer wants, nothing that is somebody else's."""

import subprocess
from dataclasses import replace
from typing import Any

import pytest

from seakeep.artifacts.registry import render_machine
from seakeep.core.change import Risk
from seakeep.core.errors import RefusedError
from seakeep.design.known import known_of
from seakeep.design.model import Role
from seakeep.engine import guard
from seakeep.engine.batch import check_step
from seakeep.engine.model import PutFile, Remove, RemoveDir, SetAside, Step, UnitDo, UnitVerb
from seakeep.facts import inventory
from seakeep.facts.files import FileState
from seakeep.flows import planning
from seakeep.phases import ownership, prune_machines
from seakeep.phases.inventory import surplus, wanted_entries

from .world import ABSENT, Box, World, sha256

THEIRS = FileState(kind="file", mode=0o644, owner="root", group="root", sha256=sha256("theirs"))


def without(world: World, host: str, *roles: Role) -> Box:
    """The machine loses roles in the file."""
    machines = tuple(
        replace(machine, roles=machine.roles - set(roles)) if machine.name == host else machine
        for machine in world.design.machines
    )
    world.design = replace(world.design, machines=machines)
    world.boxes[host].machine = world.design.machine(host)
    return world.boxes[host]


def pruned(world: World, host: str) -> list[Step]:
    steps = [step for step in prune_machines.plan(world.context()) if step.change.host == host]
    for step in steps:
        check_step(step)
    return steps


def whats(steps: list[Step]) -> list[str]:
    return [step.change.what for step in steps]


def apply(world: World) -> None:
    for part in planning.PARTS:
        for step in planning.stage(part, world.context()).steps:
            world.do(step)


@pytest.mark.parametrize("example", ["three-sites", "single", "ssh"])
def test_everything_that_is_put_on_a_machine_is_listed_and_could_be_taken_away(example: str) -> None:
    world = World.converged(example)
    context = world.context()
    for machine in world.design.machines:
        files = render_machine(world.design, machine, context.traits(machine))
        entries = wanted_entries(context, machine)
        paths = {entry.path for entry in entries}
        assert {each.path for each in (*files.dirs, *files.files)} | {path for path, _ in files.links} <= paths
        for entry in entries:
            if entry.kind in ("dir", "file", "link"):
                guard.removable(entry.path)
        assert inventory.parse(inventory.text(entries).encode()) == entries


def test_no_digest_of_a_secret_or_a_certificate_is_in_the_inventory() -> None:
    world = World.converged("single")
    (machine,) = world.design.machines
    details = {entry.path: entry.detail for entry in wanted_entries(world.context(), machine)}
    assert details["/etc/kubernetes/pki/sa.key"] == "-"
    assert details["/etc/kubernetes/pki/apiserver.crt"] == "-"
    assert details["/etc/kubernetes/encryption.yaml"] == "-"
    assert len(details["/var/lib/kubelet/config.yaml"]) == 64


def test_a_load_balancer_that_is_one_no_longer_is_taken_down_in_order_and_everything_of_it_goes() -> None:
    world = World.converged("ssh")
    box = without(world, "a1", Role.LOAD_BALANCER)
    steps = pruned(world, "a1")
    assert whats(steps)[:2] == ["stop seakeep-keepalived", "stop seakeep-haproxy"]
    assert {step.serial for step in steps[:2]} == {"load-balancer"}
    assert {step.change.why for step in steps[:-1]} == {prune_machines.NO_LONGER}
    assert whats(steps)[2:] == [
        "remove /etc/seakeep/lb/ca.crt",
        "remove /etc/seakeep/lb/haproxy.cfg",
        "remove /etc/systemd/system/seakeep-haproxy.service",
        "remove /etc/seakeep/lb/keepalived.conf",
        "remove /etc/seakeep/lb/check-api",
        "remove /etc/seakeep/lb/leave-vip",
        "remove /etc/seakeep/lb/note-state",
        "remove /etc/seakeep/lb/await-checks",
        "remove /etc/systemd/system/seakeep-keepalived.service",
        "remove /etc/seakeep/lb if it is empty",
        "remove /etc/seakeep if it is empty",
        "have systemd forget the units that are gone",
        "file /var/lib/seakeep/inventory",
    ]
    apply(world)
    assert not [path for path in box.files if path.startswith("/etc/seakeep")]
    assert planning.stages(world.context())[2].steps == ()
    assert "haproxy" not in box.inventory


def test_a_machine_that_is_no_longer_a_node_ends_its_pods_between_the_kubelet_and_containerd() -> None:
    world = World.converged("three-sites")
    box = without(world, "a-worker1", Role.WORKER)
    box.machine = replace(box.machine, roles=frozenset({Role.LOAD_BALANCER}))
    world.design = replace(
        world.design, machines=tuple(box.machine if m.name == "a-worker1" else m for m in world.design.machines)
    )
    steps = pruned(world, "a-worker1")
    order = [what for what in whats(steps) if what.startswith(("stop", "end"))]
    assert order == ["stop kube-proxy", "stop kubelet", "end the pods that are left", "stop containerd"]
    assert {step.change.risk for step in steps if step.change.what in order[1:]} == {Risk.DISRUPTIVE}
    removed = [step.action.path for step in steps if isinstance(step.action, Remove)]
    assert {"/opt/seakeep/cni-plugins", "/opt/seakeep/containerd", "/opt/seakeep/kubernetes"} <= set(removed)
    assert "/opt/seakeep/bin/kubelet" in removed
    apply(world)
    assert box.pods_ended
    assert box.programs == {}
    assert pruned(world, "a-worker1") == []


def test_a_control_plane_that_becomes_a_mere_worker_keeps_what_a_worker_needs() -> None:
    world = World()
    both = replace(world.design.machine("c-cp1"), roles=frozenset({Role.CONTROL_PLANE, Role.WORKER}), taints=())
    world.design = replace(
        world.design, machines=tuple(both if m.name == both.name else m for m in world.design.machines)
    )
    box = world.boxes["c-cp1"]
    box.machine = both
    world.objects = {}
    apply(world)
    assert planning.stages(world.context()) == tuple(replace(s, steps=()) for s in planning.stages(world.context()))
    without(world, "c-cp1", Role.CONTROL_PLANE)

    steps = pruned(world, "c-cp1")
    assert whats(steps)[:3] == ["stop kube-scheduler", "stop kube-controller-manager", "stop kube-apiserver"]
    assert [step.serial for step in steps[:3]] == [None, None, "kube-apiserver"]
    whole = [step.change.id for stage in planning.stages(world.context()) for step in stage.steps]
    balancer = whole.index("a-lb1/load_balancer/unit:seakeep-haproxy")
    assert balancer < whole.index("c-cp1/prune_machines/unit:kube-apiserver.service")
    apply(world)
    assert [path for path in box.files if "apiserver" in path or "scheduler" in path or "/sa." in path] == []
    running = {name for name, unit in box.units.items() if unit.active == "active"}
    assert {"kubelet.service", "kube-proxy.service", "containerd.service"} <= running
    assert "kube-apiserver.service" not in running
    assert pruned(world, "c-cp1") == []


def test_programs_of_a_lost_role_go_and_those_of_the_others_stay() -> None:
    world = World.converged("ssh")
    box = without(world, "a1", Role.CONTROL_PLANE)
    version = world.design.release.kubernetes
    folder = f"/opt/seakeep/kubernetes/{version}"
    box.lying |= {f"{folder}/{name}" for name in ("kube-apiserver", "kubelet", ".manifest", "notes.txt")}
    steps = {step.change.what: step for step in pruned(world, "a1")}
    if box.machine.is_node:
        assert f"remove {folder}/kube-apiserver" in steps
        assert f"set aside {folder}/notes.txt" in steps
        assert not [what for what in steps if "kubelet" in what or ".manifest" in what]
    assert steps["stop kube-apiserver"].serial == "kube-apiserver"


def test_an_etcd_member_is_not_stopped_while_it_is_one_and_its_data_stays() -> None:
    world = World.converged("ssh")
    before = world.design
    box = without(world, "a1", Role.ETCD)
    box.lying.add("/var/lib/etcd/member")
    context = replace(world.context(), known=known_of(before, machines=before.machines))
    with pytest.raises(RefusedError, match="a1 is a member of etcd"):
        list(prune_machines.plan(context))
    steps = pruned(world, "a1")
    assert whats(steps)[0] == "stop etcd"
    assert steps[0].change.risk is Risk.QUORUM
    touched = [step.action for step in steps if getattr(step.action, "path", "").startswith("/var/lib/etcd")]
    assert touched == [RemoveDir("/var/lib/etcd")]
    apply(world)
    assert "/var/lib/etcd/member" in box.lying
    assert "/var/lib/etcd" in box.files


@pytest.mark.parametrize(
    ("state", "what", "why"),
    [
        ({}, "remove", prune_machines.NO_LONGER),
        ({"sha256": "0" * 64}, "set aside", f"{prune_machines.NO_LONGER}, but it was changed since"),
        ({"kind": "directory", "sha256": ""}, None, ""),
        ({"kind": "link", "sha256": "", "target": "/dev/null"}, None, ""),
        (None, None, ""),
    ],
)
def test_a_file_goes_only_while_it_is_what_was_put_there(state: Any, what: str | None, why: str) -> None:
    world = World.converged()
    box = world.boxes["a-worker1"]
    box.inventory += f"file {THEIRS.sha256} /etc/old.conf\n"
    if state is not None:
        box.files["/etc/old.conf"] = replace(THEIRS, **state)
    steps = pruned(world, "a-worker1")
    wanted = [f"{what} /etc/old.conf"] if what else []
    assert whats(steps) == [*wanted, "file /var/lib/seakeep/inventory"]
    assert not wanted or steps[0].change.why == why
    for step in steps:
        world.do(step)
    assert pruned(world, "a-worker1") == []
    assert "/etc/old.conf" not in box.inventory


@pytest.mark.parametrize(("target", "goes"), [("../etcd/3/etcd", True), ("/usr/bin/theirs", False)])
def test_a_link_goes_only_while_it_points_where_it_was_pointed(target: str, goes: bool) -> None:
    world = World.converged()
    box = world.boxes["a-worker1"]
    box.inventory += "link ../etcd/3/etcd /usr/local/bin/old\n"
    box.files["/usr/local/bin/old"] = replace(THEIRS, kind="link", sha256="", target=target)
    removed = [step.action for step in pruned(world, "a-worker1") if isinstance(step.action, Remove)]
    assert removed == ([Remove("/usr/local/bin/old")] if goes else [])


@pytest.mark.parametrize(
    ("state", "stops"),
    [
        ({"fragment": "/etc/systemd/system/old.service", "stamp": "1"}, True),
        ({"fragment": "/usr/lib/systemd/system/old.service"}, False),
        ({"load": "not-found", "active": "inactive", "enabled": ""}, False),
        ({"load": "not-found", "active": "active"}, True),
        # Stopped by a run that was killed before it removed the file.
        ({"active": "inactive", "enabled": "disabled"}, False),
        ({"active": "failed", "enabled": "disabled"}, False),
        ({"active": "inactive", "enabled": "enabled"}, True),
        ({"active": "inactive", "enabled": "disabled", "stamp": "1"}, True),
    ],
)
def test_a_unit_is_stopped_only_while_it_is_ours(state: dict[str, Any], stops: bool) -> None:
    world = World.converged()
    box = world.boxes["a-worker1"]
    box.inventory += "unit - old.service\n"
    box.units["old.service"] = replace(ABSENT, **{"load": "loaded", "active": "active", **state})
    stopped = [step.action for step in pruned(world, "a-worker1") if isinstance(step.action, UnitDo)]
    assert stopped == ([UnitDo("old.service", UnitVerb.STOP)] if stops else [])


def test_what_others_put_into_folders_of_ours_is_set_aside_and_everywhere_else_it_stays() -> None:
    world = World.converged()
    cp, etcd = world.boxes["a-cp1"], world.boxes["a-etcd1"]
    cp.lying |= {"/etc/kubernetes/theirs.conf", "/etc/kubernetes/pki/extra.crt", "/etc/cni/net.d/99-theirs.conf"}
    cp.lying |= {"/etc/kubernetes/pki/odd\nname", "/opt/seakeep/containerd/1.0/containerd"}
    etcd.lying |= {"/etc/etcd/backup", "/etc/etcd/pki/.server.key.seakeep-new", "/var/lib/seakeep/units/old.service"}
    assert whats(pruned(world, "a-cp1")) == ["set aside /etc/kubernetes/pki/extra.crt"]
    steps = pruned(world, "a-etcd1")
    assert [step.action for step in steps] == [
        SetAside("/etc/etcd/backup"),
        Remove("/etc/etcd/pki/.server.key.seakeep-new"),
        Remove("/var/lib/seakeep/units/old.service"),
    ]
    assert steps[0].change.why == "/etc/etcd is wholly Seakeep's, and the file does not ask for it"
    apply(world)
    assert planning.stages(world.context())[2].steps == ()
    assert {"/etc/kubernetes/theirs.conf", "/etc/cni/net.d/99-theirs.conf"} <= cp.lying


def test_the_inventory_is_widened_first_and_narrowed_last() -> None:
    """Whatever moment a run ends at, everything that was put on the machine is listed."""
    world = World.converged("ssh")
    before = {entry.path for entry in inventory.parse(world.boxes["a1"].inventory.encode())}
    box = without(world, "a1", Role.LOAD_BALANCER)
    box.inventory = box.inventory.replace("file - /etc/kubernetes/pki/sa.key\n", "")
    first = [step for step in ownership.plan(world.context()) if step.change.host == "a1"]
    # The kernel settings of a load balancer go, so that their file is another one.
    (why,) = [step.change.why for step in first]
    assert why.startswith("lacks 1, has 1 as they were before of ")
    (action,) = [step.action for step in first]
    assert isinstance(action, PutFile)
    world.do(first[0])
    assert {entry.path for entry in inventory.parse(box.inventory.encode())} == before
    last = pruned(world, "a1")[-1]
    assert isinstance(last.action, PutFile)
    world.do(last)
    entries = wanted_entries(world.context(), box.machine)
    assert inventory.parse(box.inventory.encode()) == entries
    assert surplus(entries, entries) == ()


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (None, "does not exist"),
        ({"mode": 0o644}, "mode is 0644, wanted 0600"),
        ({"owner": "me"}, "owner is me:root, wanted root:root"),
    ],
)
def test_the_inventory_itself_is_kept(state: Any, why: str) -> None:
    world = World.converged()
    box = world.boxes["a-lb1"]
    if state is None:
        del box.files[inventory.PATH]
        box.inventory = ""
    else:
        box.files[inventory.PATH] = replace(box.files[inventory.PATH], **state)
    (step,) = ownership.plan(world.context())
    assert (step.change.host, step.change.why) == ("a-lb1", why)
    world.do(step)
    assert list(ownership.plan(world.context())) == []


def test_the_order_of_its_lines_is_no_drift() -> None:
    world = World.converged()
    box = world.boxes["a-lb1"]
    box.inventory = "".join(sorted(box.inventory.splitlines(keepends=True)))
    box.files[inventory.PATH] = replace(box.files[inventory.PATH], sha256=sha256(box.inventory))
    assert list(ownership.plan(world.context())) == []


def test_ending_pods_is_good_shell() -> None:
    subprocess.run(["/bin/sh", "-n"], input=prune_machines.END_PODS.encode(), check=True)
