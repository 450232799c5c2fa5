"""What each phase plans on bare machines, on machines as designed, and on one drift each."""

import pkgutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

import seakeep.phases
from seakeep.core.change import CLUSTER, OPERATOR, Risk
from seakeep.core.errors import RefusedError
from seakeep.engine.model import ApplyObject, Issue, LoadImage, PlaceBinaries, Remove, Script, Step
from seakeep.facts.base import MissingFactError
from seakeep.flows import planning
from seakeep.flows.planning import PARTS, stages
from seakeep.phases import (
    announce,
    binaries,
    clean,
    control_plane,
    drain,
    etcd,
    fence,
    fence_newcomers,
    forget,
    images,
    kernel,
    keys,
    members_in,
    members_out,
    node,
    packages,
    policy_rules,
    prune_machines,
    prune_objects,
    release_vip,
    returning,
    runtime,
    tenants,
)
from seakeep.phases.registry import PHASES

from .world import IMAGES, World, sha256

EXAMPLES = ("three-sites", "single", "ssh", "tenants")
KINDS = ("operator", "machine", "cluster")
LEAVING = (release_vip, members_out, members_in, drain, clean, forget, returning, fence, fence_newcomers)
"""Work only where machines come to, or leave, a living cluster: test_membership_phases.py, test_fence.py."""


def plan(world: World, *phases: ModuleType) -> list[Step]:
    context = world.context()
    return [step for phase in phases or PHASES for step in phase.plan(context)]


def brief(steps: list[Step]) -> list[tuple[str, str, str]]:
    return [(step.change.id, step.change.why, step.change.risk.value) for step in steps]


def converge(world: World) -> int:
    """Carry out plans, part by part as an apply does; the number of steps."""
    done = 0
    for part in PARTS:
        for step in planning.stage(part, world.context()).steps:
            world.do(step)
            done += 1
    return done


def test_the_registry_equals_the_folder_and_the_parts() -> None:
    shared = {
        "base", "compare", "foreign", "inventory", "kept", "machine_files", "objects", "owned", "registry", "wanted",
    }  # fmt: skip
    files = {module.name for module in pkgutil.iter_modules(seakeep.phases.__path__)} - shared
    assert [module.PHASE.id for module in PHASES] == [module.__name__.rpartition(".")[2] for module in PHASES]
    assert {module.PHASE.id for module in PHASES} == files
    assert [phase for part in PARTS for phase in part.phases] == list(PHASES)
    assert all(module.PHASE.kind in KINDS and module.PHASE.title and module.__doc__ for module in PHASES)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_cluster_as_designed_needs_nothing(example: str, nested: bool) -> None:
    assert brief(plan(World.converged(example, nested=nested))) == []


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("example", EXAMPLES)
def test_carrying_out_the_plan_of_bare_machines_leaves_nothing_to_do(example: str, nested: bool) -> None:
    world = World(example, nested=nested)
    world.objects = {}
    assert converge(world) > 50
    assert brief(plan(world)) == []
    for name, box in World.converged(example, nested=nested).boxes.items():
        assert world.boxes[name].files == box.files
        assert world.boxes[name].units.items() >= box.units.items()


@pytest.mark.parametrize(
    "phase",
    [p for p in PHASES if p not in (announce, keys, policy_rules, prune_machines, prune_objects, *LEAVING)],
    ids=lambda p: p.PHASE.id,
)
def test_every_phase_has_work_on_bare_machines_and_plans_it_the_same_way_twice(phase: ModuleType) -> None:
    world = World("tenants" if phase is tenants else "three-sites")
    steps = plan(world, phase)
    assert steps
    assert steps == plan(world, phase)
    ids = [step.change.id for step in steps]
    assert len(set(ids)) == len(ids)
    host = {"operator": {OPERATOR}, "cluster": {CLUSTER}, "machine": set(world.boxes)}[phase.PHASE.kind]
    for step in steps:
        assert step.change.host in host
        assert step.change.phase == phase.PHASE.id
        assert step.change.id.startswith(f"{step.change.host}/{phase.PHASE.id}/")
        assert step.change.why
        assert step.change.risk is Risk.NONE
        assert step.serial is None


def test_planning_leaves_what_it_reads_as_it_was() -> None:
    world = World.converged()
    world.boxes["a-cp1"].files.clear()
    context = world.context()
    before = repr(context.facts), repr(context.objects), repr(context.digests)
    stages(context)
    fresh = world.context()
    assert before[1:] == (repr(context.objects), repr(context.digests))
    assert {n: f.raw for n, f in context.facts.items()} == {n: f.raw for n, f in fresh.facts.items()}


@pytest.mark.parametrize("fact", ["files", "units", "accounts", "system", "programs", "tools", "sysctls", "images"])
def test_without_a_fact_nothing_is_planned_at_all(fact: str) -> None:
    world = World.converged()
    world.boxes["a-worker1"].without.add(fact)
    with pytest.raises(MissingFactError, match=f"a-worker1: the fact '{fact}'"):
        plan(world)


def drift_file(path: str, **change: object) -> Callable[[World, str], None]:
    def drift(world: World, host: str) -> None:
        box = world.boxes[host]
        box.files[path] = replace(box.files[path], **change)  # type: ignore[arg-type]

    return drift


def drift_unit(unit: str, **change: object) -> Callable[[World, str], None]:
    def drift(world: World, host: str) -> None:
        box = world.boxes[host]
        box.units[unit] = replace(box.units[unit], **change)  # type: ignore[arg-type]

    return drift


OTHER = "f" * 64
KUBELET = "/var/lib/kubelet/config.yaml"
HAPROXY = "/etc/seakeep/lb/haproxy.cfg"


@pytest.mark.parametrize(
    ("host", "drift", "wanted"),
    [
        pytest.param(
            "c-cp1",
            drift_file("/etc/kubernetes/encryption.yaml", mode=0o644),
            [("control_plane/file:/etc/kubernetes/encryption.yaml", "mode is 0644, wanted 0600", "none")],
            id="a mode alone restarts nothing",
        ),
        pytest.param(
            "a-etcd1",
            drift_file("/etc/etcd/etcd.yaml", owner="root", group="root"),
            [("etcd/file:/etc/etcd/etcd.yaml", "owner is root:root, wanted etcd:etcd", "none")],
            id="an owner",
        ),
        pytest.param(
            "a-etcd1",
            drift_file("/etc/etcd/etcd.yaml", sha256=OTHER),
            [
                ("etcd/file:/etc/etcd/etcd.yaml", "content is ffffffffffff, wanted ", "none"),
                ("etcd/unit:etcd", "may run with a changed etcd.yaml", "quorum"),
            ],
            id="content, which the unit may have been restarted with",
        ),
        pytest.param(
            "a-lb1",
            drift_file(HAPROXY, sha256=OTHER),
            [
                (f"load_balancer/file:{HAPROXY}", "content is ffffffffffff, wanted ", "none"),
                ("load_balancer/unit:seakeep-haproxy", "reads 1 changed file", "reload"),
            ],
            id="content that a reload is enough for",
        ),
        pytest.param(
            "a-worker1",
            drift_unit("kubelet.service", active="inactive", sub="dead"),
            [("node/unit:kubelet", "is inactive (dead), wanted active", "none")],
            id="a stopped unit",
        ),
        pytest.param(
            "a-worker1",
            drift_unit("kubelet.service", stamp=OTHER),
            [("node/unit:kubelet", "runs with an older configuration or program", "restart")],
            id="an old stamp",
        ),
        pytest.param(
            "b-worker1",
            drift_unit("containerd.service", drop_ins=("/etc/systemd/system/containerd.service.d/x.conf",)),
            [
                (
                    "runtime/override:/etc/systemd/system/containerd.service.d/x.conf",
                    "an override that Seakeep did not put there",
                    "restart",
                ),
                ("runtime/unit:containerd", "runs with an override: x.conf", "restart"),
            ],
            id="an override",
        ),
    ],
)
def test_one_drift_is_repaired_and_nothing_else(
    host: str, drift: Callable[[World, str], None], wanted: list[tuple[str, str, str]]
) -> None:
    world = World.converged()
    drift(world, host)
    found = brief(plan(world))
    assert [(name, risk) for name, _, risk in found] == [(f"{host}/{name}", risk) for name, _, risk in wanted]
    assert all(why.startswith(start) for (_, why, _), (_, start, _) in zip(found, wanted, strict=True))
    converge(world)
    assert plan(world) == []


def test_a_program_that_is_missing_or_wrong_is_placed_and_what_runs_it_is_restarted() -> None:
    world = World.converged()
    box = world.boxes["a-worker1"]
    version = world.design.release.kubernetes
    box.programs["kubernetes", version, "kubelet"] = OTHER
    del box.programs["runc", world.design.release.component("runc"), "runc"]
    steps = plan(world)
    assert [step.change.id for step in steps] == [
        "a-worker1/binaries/kubernetes",
        "a-worker1/binaries/runc",
        "a-worker1/runtime/unit:containerd",
        "a-worker1/node/unit:kubelet",
    ]
    assert steps[0].change.why.startswith("kubelet is ffffffffffff, wanted ")
    assert steps[1].change.why == "runc is missing"
    assert isinstance(steps[0].action, PlaceBinaries)
    assert [name for name, _ in steps[0].action.programs] == ["kubelet"]
    assert steps[3].change.why == "may run with a changed kubelet"
    converge(world)
    assert plan(world) == []


def test_programs_that_others_could_write_to_are_given_back_without_a_restart() -> None:
    world = World.converged()
    box, version = world.boxes["a-worker1"], world.design.release.kubernetes
    mine = {
        "/opt/seakeep": "777 0",
        "/opt/seakeep/bin": "755 65534",
        f"/opt/seakeep/kubernetes/{version}": "775 0",
        f"/opt/seakeep/kubernetes/{version}/kubelet": "4777 0",
        f"/opt/seakeep/kubernetes/{version}/kube-proxy": "644 1000",
    }
    box.loose = mine | {"/opt/seakeep/theirs": "777 0", "/opt/seakeep/kubernetes/1.1.1": "777 0"}
    (step,) = plan(world)
    assert (step.change.id, step.change.risk, step.serial) == ("a-worker1/binaries/modes", Risk.NONE, None)
    assert step.change.why.startswith("/opt/seakeep is 0777; /opt/seakeep/bin is 0755 and of user 65534; ")
    assert isinstance(step.action, Script)
    first = step.action.script.splitlines()[0]
    assert first.removeprefix("for p in ").removesuffix("; do").split() == sorted(mine)
    converge(world)
    assert plan(world) == []


def test_giving_programs_back_keeps_what_is_known_of_them_and_of_no_changed_one(tmp_path: Path) -> None:
    folder = tmp_path / "kubernetes" / "1"
    folder.mkdir(parents=True)
    for name, mode in (("kubelet", 0o777), ("kube-proxy", 0o600), ("etcd", 0o755)):
        (folder / name).write_text(name)
        (folder / name).chmod(mode)
    manifest = folder / ".manifest"
    manifest.write_text(f"{sha256('kubelet')} 7 1 1 kubelet\n{OTHER} 10 1 1 kube-proxy\nx 4 1 1 etcd\n")
    folder.chmod(0o777)
    script = binaries._tightened([str(folder), str(folder / "kubelet"), str(folder / "kube-proxy")])
    assert "chown 0:0" in script
    subprocess.run(["sh", "-eu", "-c", script.replace("chown 0:0", "true")], check=True)
    assert {path.name: path.stat().st_mode & 0o7777 for path in (folder, *folder.iterdir())} == {
        "1": 0o755, "kubelet": 0o755, "kube-proxy": 0o755, "etcd": 0o755, ".manifest": 0o644
    }  # fmt: skip
    found = (folder / "kubelet").stat()
    assert manifest.read_text().splitlines() == [
        f"{OTHER} 10 1 1 kube-proxy",
        "x 4 1 1 etcd",
        f"{sha256('kubelet')} 7 {found.st_ino} {int(found.st_ctime)} kubelet",
    ]


def test_a_missing_image_is_loaded_and_a_wrong_one_again() -> None:
    world = World.converged()
    (first, _), (second, _) = IMAGES
    world.boxes["a-cp1"].images[first] = "sha256:" + "0" * 64
    del world.boxes["a-worker1"].images[second]
    steps = plan(world)
    assert [step.action for step in steps] == [LoadImage(first), LoadImage(second)]
    assert [step.change.why for step in steps] == [
        "is 000000000000, wanted 111111111111",
        "containerd does not have it",
    ]
    assert plan(world, images) == steps


def test_kernel_settings_are_applied_where_they_differ() -> None:
    world = World.converged()
    world.boxes["a-cp1"].sysctls["kernel.panic"] = "1"
    world.boxes["a-lb1"].sysctls.pop("net.ipv4.ip_nonlocal_bind")
    steps = plan(world, kernel)
    assert brief(steps) == [
        ("a-cp1/kernel/sysctl", "kernel.panic is 1, wanted 10", "none"),
        ("a-lb1/kernel/sysctl", "net.ipv4.ip_nonlocal_bind is absent, wanted 1", "none"),
    ]


def test_a_setting_that_a_container_does_not_have_is_skipped() -> None:
    world = World.converged(nested=True)
    for box in world.boxes.values():
        box.sysctls.pop("net.bridge.bridge-nf-call-iptables", None)
    assert plan(world, kernel) == []


def test_swap_is_switched_off_on_real_nodes_only() -> None:
    for nested, hosts in ((False, {"a-cp1", "b-cp1", "c-cp1", "a-worker1", "b-worker1"}), (True, set())):
        world = World.converged(nested=nested)
        for box in world.boxes.values():
            box.system["swap_kb"] = "4194304"
        steps = plan(world)
        assert {step.change.host for step in steps} == hosts
        assert all(step.change.why == "4096 MiB of swap, which the kubelet refuses" for step in steps)


FSTAB = "UUID=1 / ext4 defaults 0 1\n/swap.img\tnone\tswap\tsw 0 0\n# /old none swap sw\n"


@pytest.mark.parametrize("fstab", [FSTAB, None])
def test_switching_swap_off_keeps_the_rest_of_fstab_and_needs_none(tmp_path: Path, fstab: str | None) -> None:
    world = World.converged()
    world.boxes["a-cp1"].system["swap_kb"] = "4194304"
    (step,) = plan(world, kernel)
    assert isinstance(step.action, Script)
    (tmp_path / "swapoff").write_text("#!/bin/sh\n")
    (tmp_path / "swapoff").chmod(0o755)
    table = tmp_path / "fstab"
    if fstab is not None:
        table.write_text(fstab)
    script = f"PATH={tmp_path}:$PATH\n{step.action.script.replace('/etc/fstab', str(table))}"
    for _ in range(2):
        subprocess.run(["/bin/sh", "-e"], input=script.encode(), check=True)
        assert fstab is None or table.read_text() == fstab.replace("/swap.img", "# seakeep: /swap.img")


def test_packages_are_installed_by_the_distributions_own_means() -> None:
    world = World.converged()
    world.boxes["a-cp1"].tools -= {"conntrack", "/etc/protocols"}
    world.boxes["a-lb1"].tools -= {"haproxy"}
    world.boxes["c-cp1"].tools -= {"conntrack"}
    world.boxes["c-cp1"].system |= {"os_id": "rocky", "os_like": "rhel"}
    scripts = {step.change.host: step for step in plan(world, packages)}
    assert scripts["a-cp1"].change.why == "missing: /etc/protocols, conntrack"
    assert scripts["a-cp1"].change.what == "install conntrack, netbase"
    for host, word in (("a-cp1", "apt-get install"), ("a-lb1", "disable --now haproxy"), ("c-cp1", "conntrack-tools")):
        action = scripts[host].action
        assert isinstance(action, Script)
        assert word in action.script


@pytest.mark.parametrize("broken", ["apt-get update", "apt-get install"])
def test_a_package_that_could_not_be_installed_fails_the_step_and_is_not_noted(tmp_path: Path, broken: str) -> None:
    world = World.converged()
    world.boxes["a-cp1"].tools -= {"conntrack"}
    (step,) = plan(world, packages)
    assert isinstance(step.action, Script)
    tool = tmp_path / "apt-get"
    tool.write_text(f'#!/bin/sh\n[ "apt-get $1" != "{broken}" ]\n')
    tool.chmod(0o755)
    noted = tmp_path / "noted"
    script = f"set -eu\nPATH={tmp_path}:$PATH\n{step.action.script.replace(packages.INSTALLED, str(noted))}"
    assert subprocess.run(["/bin/sh", "-s"], input=script.encode(), check=False).returncode != 0
    assert not noted.exists()
    tool.write_text("#!/bin/sh\n")
    subprocess.run(["/bin/sh", "-s"], input=script.encode(), check=True)
    assert noted.read_text() == "conntrack\n"


def test_an_unknown_distribution_is_refused_only_when_something_is_missing() -> None:
    world = World.converged()
    world.boxes["a-cp1"].system |= {"os_id": "plan9", "os_like": ""}
    assert plan(world, packages) == []
    world.boxes["a-cp1"].tools.clear()
    with pytest.raises(RefusedError, match="a-cp1 runs plan9"):
        plan(world, packages)


def test_keys_that_are_missing_are_issued_and_never_reversible() -> None:
    world = World.converged()
    world.missing = (("pki/etcd/ca.crt", "absent"), ("pki/cluster/admin.crt", "ends in 3 days"))
    steps = plan(world, keys)
    assert [step.action for step in steps] == [Issue("pki/etcd/ca.crt"), Issue("pki/cluster/admin.crt")]
    assert [step.change.why for step in steps] == ["absent", "ends in 3 days"]
    assert not any(step.change.reversible for step in steps)


def test_a_certificate_that_is_about_to_be_issued_is_written_and_read_without_a_restart() -> None:
    world = World.converged()
    world.resolve = lambda ref: None if "kubelet-a-worker1" in ref.name else World().resolve(ref)
    steps = plan(world)
    assert [step.change.id for step in steps] == [
        "a-worker1/node/file:/etc/kubernetes/pki/kubelet.crt",
        "a-worker1/node/file:/etc/kubernetes/pki/kubelet.key",
    ]
    assert {step.change.why for step in steps} == {"its certificate or key is about to be issued"}


def test_only_what_runs_is_restarted_one_at_a_time() -> None:
    world = World.converged()
    for box in world.boxes.values():
        box.units = {name: replace(unit, stamp=OTHER) for name, unit in box.units.items() if unit.stamp}
    down = world.boxes["a-etcd1"].units
    down["etcd.service"] = replace(down["etcd.service"], active="failed", sub="failed")
    serials = {step.change.id: step.serial for step in plan(world)}
    assert serials["a-etcd1/etcd/unit:etcd"] is None
    assert serials["b-etcd1/etcd/unit:etcd"] == etcd.SERIAL
    assert serials["a-cp1/control_plane/unit:kube-apiserver"] == control_plane.SERIAL
    assert serials["a-cp1/node/unit:kubelet"] is None
    assert serials["a-lb1/load_balancer/unit:seakeep-keepalived"] == "load-balancer"


def test_objects_are_all_planned_without_an_api_and_only_the_drifted_with_one() -> None:
    world = World.converged()
    assert world.objects is not None
    key = next(key for key in world.objects if key[1] == "Deployment" and key[3] == "coredns")
    world.objects[key] = {**world.objects[key], "spec": {}}
    (step,) = plan(world)
    assert step.change.id == "cluster/dns/Deployment:kube-system/coredns"
    assert isinstance(step.action, ApplyObject)
    world.objects = None
    assert {step.change.why for step in plan(world)} == {"the cluster has no API yet"}


def test_an_override_under_usr_lib_is_the_distributions() -> None:
    world = World.converged()
    drift_unit("kubelet.service", drop_ins=("/usr/lib/systemd/system/service.d/10-all.conf",))(world, "a-worker1")
    assert plan(world) == []
    assert not any(isinstance(step.action, Remove) for step in plan(World(), runtime, node, binaries))
