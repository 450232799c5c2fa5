"""Reading a living cluster, and what proofs make of answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from seakeep.artifacts.registry import render_machine
from seakeep.core.errors import MachineError
from seakeep.design.model import Role
from seakeep.design.traits import Traits
from seakeep.facts import configs, processes
from seakeep.facts.base import FactSet
from seakeep.flows import live_proofs
from seakeep.flows.live_read import RESOURCES, machine_files, read_api
from seakeep.flows.observe import ask, config_paths
from seakeep.transport.base import Result

from .world import FakeApi, FakeSession

OPTIONAL = {resource.plural for resource in RESOURCES if resource.optional}


def plural(path: str) -> str:
    return path.partition("?")[0].rpartition("/")[2]


def listed(*items: dict[str, Any], more: str = "") -> tuple[int, Any]:
    return 200, {"metadata": {"continue": more} if more else {}, "items": list(items)}


def served(answers: dict[str, Callable[[str], tuple[int, Any]]]) -> FakeApi:
    def answer(method: str, path: str) -> tuple[int, Any]:
        if found := answers.get(plural(path)):
            return found(path)
        return (404, {}) if plural(path) in OPTIONAL else listed()

    return FakeApi(answer)


async def test_pages_are_read_to_the_last() -> None:
    def services(path: str) -> tuple[int, Any]:
        if "continue=" in path:
            return listed({"metadata": {"name": "b"}})
        return listed({"metadata": {"name": "a", "managedFields": [{}]}}, more="token")

    found = await read_api(served({"services": services}))
    assert [(each.type, each.name) for each in found.manifests] == [("Service", "a"), ("Service", "b")]
    assert found.unread == {}


async def test_what_is_in_a_secret_is_not_asked_for() -> None:
    api = served({})
    await read_api(api)
    asked = {plural(path): accept for path, accept in api.accepted.items()}
    assert "PartialObjectMetadataList" in asked["secrets"]
    assert asked["configmaps"] == ""


async def test_a_namespace_that_is_being_deleted_is_left_out_with_what_is_in_it() -> None:
    answers = {
        "namespaces": lambda _: listed(
            {"metadata": {"name": "stays"}}, {"metadata": {"name": "goes", "deletionTimestamp": "2026-01-01T00:00:00Z"}}
        ),
        "services": lambda _: listed(*({"metadata": {"name": "web", "namespace": n}} for n in ("stays", "goes"))),
        "pods": lambda _: listed({"metadata": {"name": "p", "namespace": "goes"}, "spec": {}, "status": {}}),
    }
    found = await read_api(served(answers))
    assert sorted((each.type, each.namespace, each.name) for each in found.manifests) == [
        ("Namespace", "", "stays"),
        ("Service", "stays", "web"),
    ]
    assert found.pods == []


async def test_what_may_not_be_read_is_told_and_the_rest_is_read() -> None:
    answers = {
        "roles": lambda _: (403, {}),
        "nodes": lambda _: (200, b"nonsense"),
        "services": lambda _: listed({"metadata": {"name": "a"}}),
    }
    found = await read_api(served(answers))
    assert set(found.unread) == {"roles", "nodes"}
    assert "403" in found.unread["roles"]
    assert [each.name for each in found.manifests] == ["a"]


async def test_what_another_object_made_is_judged_by_its_maker() -> None:
    owned = {"ownerReferences": [{"kind": "CronJob", "name": "c", "controller": True}]}
    pods = [
        {"metadata": {"name": "made", **owned}, "spec": {"nodeName": "n"}, "status": {"phase": "Running"}},
        {"metadata": {"name": "alone", "namespace": "x"}, "spec": {"containers": [{"name": "c"}]}, "status": {}},
    ]
    answers = {
        "jobs": lambda _: listed({"metadata": {"name": "j", **owned}}, {"metadata": {"name": "own"}}),
        "pods": lambda _: listed(*pods),
    }
    found = await read_api(served(answers))
    assert sorted((each.type, each.name) for each in found.manifests) == [("Job", "own"), ("Pod", "alone")]
    (alone,) = (each for each in found.manifests if each.type == "Pod")
    assert alone.spec == {"containers": [{"name": "c"}]}
    assert [(pod.name, pod.owner, pod.node) for pod in found.pods] == [("made", "CronJob", "n"), ("alone", "", "")]


def test_files_of_machines_are_named_with_them(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    machine = session.design.with_role(Role.LOAD_BALANCER)[0]
    assert "/etc/seakeep/lb/haproxy.cfg" in ask(session.design, machine, ()).configs
    facts = FactSet(
        machine.name,
        {},
        0.0,
        {
            configs.FACT.id: {
                "/etc/seakeep/lb/haproxy.cfg": "backend kube\n server a 192.0.2.1:6443\n",
                "/etc/x.yaml": "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
            },
            processes.FACT.id: (("/opt/kube-proxy", "--config=a b"),),
        },
    )
    made = machine_files({machine.name: facts})
    assert [(file.file, file.form) for file in made.files] == [
        (f"{machine.name}:/etc/seakeep/lb/haproxy.cfg", "haproxy"),
        (f"{machine.name}:processes", "command"),
    ]
    assert [each.file for each in made.manifests] == [f"{machine.name}:/etc/x.yaml"]


def test_no_file_with_a_secret_leaves_a_machine_but_the_one_that_is_blacked_out(tmp_path: Path) -> None:
    design = FakeSession(tmp_path).design
    for machine in design.machines:
        files = render_machine(design, machine, Traits())
        secret = {file.path for file in files.files if file.is_secret}
        assert secret & set(config_paths(files)) <= {"/etc/kubernetes/encryption.yaml"}


class Machines:
    """Answers scripts by a part of them."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers

    def __call__(self, name: str) -> "Machines":
        self.name = name
        return self

    async def run(self, script: str, *, what: str, timeout: float) -> Result:
        for part, answer in self.answers.items():
            if part in script:
                if answer == "lost":
                    raise MachineError("the connection was lost", host=self.name)
                return Result(0, answer.encode(), "")
        raise AssertionError(script)


def on(tmp_path: Path, **answers: str) -> FakeSession:
    session = FakeSession(tmp_path)
    session.host = Machines(answers)  # type: ignore[method-assign,assignment]
    return session


@pytest.mark.parametrize(
    ("answer", "held"),
    [("401 0", True), ("403 0", True), ("200 0", False), ("000 7", None), ("lost", None)],
)
async def test_a_kubelets_answer(tmp_path: Path, answer: str, held: bool | None) -> None:
    tried = await live_proofs._kubelets(on(tmp_path, curl=answer))
    assert {proof.held for _, proof in tried} == {held}


@pytest.mark.parametrize(
    ("answer", "held"), [("000 56", True), ("000 35", True), ("200 0", False), ("000 7", None), ("000 28", None)]
)
async def test_etcds_answer(tmp_path: Path, answer: str, held: bool | None) -> None:
    tried = await live_proofs._etcd(on(tmp_path, curl=answer))
    assert {proof.held for _, proof in tried} == {held}


@pytest.mark.parametrize(
    ("status", "body", "held"),
    [
        (403, b'violates PodSecurity "restricted"', True),
        (403, b"you may not make pods", None),
        (201, b"{}", False),
        (500, b"", None),
    ],
)
async def test_the_answer_to_a_privileged_pod(tmp_path: Path, status: int, body: bytes, held: bool | None) -> None:
    api = FakeApi(lambda method, path: (status, body))
    ((_, proof),) = await live_proofs._privileged(FakeSession(tmp_path), api)
    assert proof.held is held
    assert api.calls == ["POST /api/v1/namespaces/default/pods?dryRun=All"]


@pytest.mark.parametrize(("ready", "other", "held"), [(200, 401, True), (200, 200, False), (401, 401, False)])
async def test_what_the_endpoint_answers_anonymously(tmp_path: Path, ready: int, other: int, held: bool) -> None:
    api = FakeApi(lambda method, path: (ready if path == "/readyz" else other, b""))
    tried = await live_proofs._anonymous(on(tmp_path, curl="401 0"), api)
    assert tried[0][1].held is held


@pytest.mark.parametrize(
    ("stored", "entries", "encrypted", "recorded"),
    [
        ("closed", "1", True, True),
        ("open", "0", False, False),
        ("missing", "1", None, True),
        ("strange", "lost", None, None),
    ],
)
async def test_a_secrets_way(
    tmp_path: Path, stored: str, entries: str, encrypted: bool | None, recorded: bool | None
) -> None:
    api = FakeApi(lambda method, path: (201 if method == "POST" else 200, b"{}"))
    session = on(tmp_path, etcdctl=stored, audit=entries)
    ((_, first),), ((_, second),) = await live_proofs._secret(session, api)
    assert (first.held, second.held) == (encrypted, recorded)
    assert [call.split()[0] for call in api.calls] == ["POST", "GET", "DELETE"]


async def test_a_secret_that_cannot_be_made_proves_nothing(tmp_path: Path) -> None:
    api = FakeApi(lambda method, path: (403, msgspec.json.encode({"message": "no"})))
    for tried in await live_proofs._secret(on(tmp_path), api):
        assert [proof.held for _, proof in tried] == [None]
