"""What holds for every artifact, on every example and kind of machine."""

import itertools
import posixpath
from dataclasses import fields

import pytest

from seakeep.artifacts.base import FileSpec, MachineFiles
from seakeep.artifacts.registry import API, MACHINE, render_machine, render_objects
from seakeep.core.secret import Secret, SecretRef
from seakeep.design.model import Design, Role
from seakeep.design.traits import Traits

EXAMPLES = ("three_sites", "single", "stacked")
KINDS = (
    Traits(),
    Traits(cgroup_version=1, nested=True, seccomp=False),
    Traits(cgroup_version=2, nested=True),
    Traits(cores=1, memory_mb=1700, os_family="rhel"),
)


@pytest.fixture(params=EXAMPLES)
def design(request: pytest.FixtureRequest) -> Design:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Design)
    return found


@pytest.fixture(params=KINDS, ids=["real", "nested-v1", "nested-v2", "small"])
def everything(request: pytest.FixtureRequest, design: Design) -> dict[str, MachineFiles]:
    return {m.name: render_machine(design, m, request.param) for m in design.machines}


def test_rendering_twice_gives_the_same(design: Design) -> None:
    for machine, traits in itertools.product(design.machines, KINDS):
        assert render_machine(design, machine, traits) == render_machine(design, machine, traits)
    assert render_objects(design) == render_objects(design)


def test_nothing_is_put_on_a_machine_twice(everything: dict[str, MachineFiles]) -> None:
    for files in everything.values():
        for name in (field.name for field in fields(MachineFiles)):
            items = getattr(files, name)
            keys = [item[0] if name == "links" else getattr(item, "path", None) or item.name for item in items]
            assert len(keys) == len(set(keys)), name


def test_every_folder_of_ours_is_made_before_its_files(everything: dict[str, MachineFiles]) -> None:
    system = {"/etc/systemd/system", "/etc/sysctl.d", "/etc/modules-load.d", "/opt/seakeep/bin"}
    for files in everything.values():
        made = system | {item.path for item in files.dirs}
        for path in (*(file.path for file in files.files), *(path for path, _target in files.links)):
            assert posixpath.dirname(path) in made, path


def test_units_read_what_is_there(everything: dict[str, MachineFiles]) -> None:
    for files in everything.values():
        paths = {file.path for file in files.files}
        for unit in files.units:
            assert set(unit.reads) <= paths
            assert set(unit.reloads) <= set(unit.reads)
            assert f"/etc/systemd/system/{unit.name}.service" in unit.reads
            text = text_of(next(f for f in files.files if f.path.endswith(f"/{unit.name}.service")))
            if unit.reloads:
                assert "ExecReload=" in text


def test_every_program_that_is_run_is_linked(everything: dict[str, MachineFiles]) -> None:
    for files in everything.values():
        linked = {path for path, _target in files.links}
        for file in files.files:
            for line in text_of(file).splitlines():
                if line.startswith("ExecStart=/opt/"):
                    assert line.removeprefix("ExecStart=").removesuffix(" \\") in linked


def test_links_lead_to_the_version_of_the_release(design: Design, everything: dict[str, MachineFiles]) -> None:
    for files in everything.values():
        for path, target in files.links:
            component, version, program = target.removeprefix("../").split("/")
            assert version == design.release.component(component)
            assert program == posixpath.basename(path)


def test_keys_are_for_their_owner_only(everything: dict[str, MachineFiles]) -> None:
    seen = 0
    for files in everything.values():
        for file in files.files:
            if file.is_secret:
                seen += 1
                assert file.mode == 0o600, file.path
                wanted = "etcd" if file.path.startswith("/etc/etcd/") else "root"
                assert (file.owner, file.group) == (wanted, wanted)
    assert seen


def test_files_of_kubernetes_have_the_modes_of_cis(everything: dict[str, MachineFiles]) -> None:
    for files in everything.values():
        for file in files.files:
            name = posixpath.basename(file.path)
            if file.path.startswith("/etc/kubernetes/") and name.endswith((".conf", ".yaml")):
                assert file.mode == 0o600, file.path
            if name in {"kubelet.service", "kube-apiserver.service", "etcd.service", "config.yaml"}:
                assert file.mode == 0o600, file.path
            if file.path.startswith("/etc/cni/"):
                assert file.mode == 0o600


def test_secrets_are_only_referred_to(everything: dict[str, MachineFiles], design: Design) -> None:
    planned = {name for leaf in design.pki.leaves for name in (leaf.cert, leaf.key)}
    planned |= {f"pki/{ca.name}/ca.{end}" for ca in design.pki.cas for end in ("crt", "key")}
    planned |= {f"pki/{ca.name}/trust.crt" for ca in design.pki.cas}
    planned |= {"pki/sa.key", "pki/sa.pub", "secrets/encryption.key"}
    for files in everything.values():
        for file in files.files:
            for part in file.parts:
                if isinstance(part, SecretRef):
                    assert part.name in planned
                else:
                    assert "PRIVATE KEY" not in part
            assert file.content(lambda _ref: None) is None or not file.is_secret
    assert "hunter2" not in repr(Secret(b"hunter2"))


def test_a_machine_holds_no_certificate_of_another(everything: dict[str, MachineFiles], design: Design) -> None:
    holder = {leaf.key: leaf.host for leaf in design.pki.leaves}
    for name, files in everything.items():
        for file in files.files:
            for part in file.parts:
                if isinstance(part, SecretRef) and part.name in holder:
                    assert holder[part.name] == name


def test_only_control_planes_hold_the_keys_of_the_cluster(everything: dict[str, MachineFiles], design: Design) -> None:
    for name, files in everything.items():
        held = {part.name for file in files.files for part in file.parts if isinstance(part, SecretRef)}
        wide = held & {"pki/cluster/ca.key", "pki/sa.key", "secrets/encryption.key"}
        assert bool(wide) == design.machine(name).has(Role.CONTROL_PLANE)
        assert not held & {"pki/etcd/ca.key", "pki/front-proxy/ca.key"}


def test_every_leaf_for_a_machine_is_used(everything: dict[str, MachineFiles], design: Design) -> None:
    for leaf in design.pki.leaves:
        if leaf.host is not None:
            parts = [part for file in everything[leaf.host].files for part in file.parts]
            assert {SecretRef(leaf.cert), SecretRef(leaf.key)} <= set(parts), leaf.name


def test_services_give_up_never(everything: dict[str, MachineFiles]) -> None:
    for files in everything.values():
        for file in files.files:
            if file.path.endswith(".service"):
                text = text_of(file)
                assert "StartLimitIntervalSec=0" in text
                assert "Restart=always" in text
                assert "WantedBy=multi-user.target" in text


@pytest.mark.parametrize("cgroups", [1, 2])
def test_a_container_sets_no_out_of_memory_scores(design: Design, cgroups: int) -> None:
    traits = Traits(cgroup_version=cgroups, nested=True)
    for machine in design.machines:
        for file in render_machine(design, machine, traits).files:
            assert "OOMScoreAdjust" not in text_of(file)


def test_ids_are_unique() -> None:
    ids = [artifact.id for artifact in (*MACHINE, *API)]
    assert len(ids) == len(set(ids))


def text_of(file: FileSpec) -> str:
    return "".join(str(part) for part in file.parts)
