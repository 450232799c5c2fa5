"""Draining: what is evicted, what stays, what blocks, and that it ends."""

import asyncio
from typing import Any

import pytest
from tests.unit.engine.sim import FakeClock, Recorder

from seakeep.core.errors import MachineError
from seakeep.flows.drain import drain

from .world import FakeApi


def pod(name: str, owner: str = "ReplicaSet", **more: Any) -> dict[str, Any]:
    owners = [{"kind": owner, "controller": True}] if owner else []
    metadata = {"name": name, "namespace": "shop", "uid": f"u-{name}", "ownerReferences": owners, **more}
    return {"metadata": metadata, "status": {"phase": "Running"}}


class Node:
    """A node with pods. `kept` are those that a budget keeps, with its message."""

    def __init__(self, *pods: dict[str, Any], kept: dict[str, str] | None = None) -> None:
        self.pods = list(pods)
        self.kept = kept or {}
        self.evicted: list[str] = []

    def __call__(self, method: str, path: str) -> tuple[int, Any]:
        if path.endswith("/eviction"):
            name = path.split("/")[-2]
            if name in self.kept:
                causes = [{"reason": "DisruptionBudget", "message": self.kept[name]}]
                return 429, {"message": "Cannot evict", "details": {"causes": causes}}
            self.evicted.append(name)
            self.pods = [each for each in self.pods if each["metadata"]["name"] != name]
            return 201, {}
        if method == "PATCH":
            return 200, {}
        return 200, {"items": self.pods}


async def run(node: Node, timeout: float = 30) -> FakeApi:
    api = FakeApi(node)
    await drain(api, "n1", clock=FakeClock(), progress=Recorder(), stop=asyncio.Event(), timeout=timeout)
    return api


async def test_pods_are_evicted_and_those_of_daemon_sets_and_of_the_kubelet_stay() -> None:
    mirror = pod("static", "Node", annotations={"kubernetes.io/config.mirror": "x"})
    done = {**pod("job", "Job"), "status": {"phase": "Succeeded"}}
    node = Node(pod("web"), pod("db", "StatefulSet"), pod("flannel", "DaemonSet"), mirror, done)
    api = await run(node)
    assert sorted(node.evicted) == ["db", "web"]
    assert api.calls[0] == "PATCH /api/v1/nodes/n1"
    assert not [call for call in api.calls if call.startswith("DELETE")]


async def test_a_budget_is_kept_and_named_and_the_wait_ends() -> None:
    node = Node(pod("web"), pod("db"), kept={"db": "The disruption budget db needs 2 healthy pods and has 2 currently"})
    with pytest.raises(MachineError, match="gave up after 30 s") as caught:
        await run(node)
    assert "shop/db is kept: The disruption budget db needs 2 healthy pods" in caught.value.message
    assert "uncordon n1" in caught.value.hint
    assert node.evicted == ["web"]


async def test_a_budget_that_gives_way_is_waited_for() -> None:
    node = Node(pod("db"), kept={"db": "needs 2"})
    asked = 0
    plain = node.__call__

    def answer(method: str, path: str) -> tuple[int, Any]:
        nonlocal asked
        asked += path.endswith("/eviction")
        if asked == 3:
            node.kept.clear()
        return plain(method, path)

    await drain(FakeApi(answer), "n1", clock=FakeClock(), progress=Recorder(), stop=asyncio.Event(), timeout=30)
    assert node.evicted == ["db"]


async def test_a_pod_that_nobody_would_start_again_is_left_to_a_person() -> None:
    node = Node(pod("lonely", ""))
    with pytest.raises(MachineError, match="shop/lonely has no controller"):
        await run(node, timeout=5)
    assert node.evicted == []


async def test_a_node_that_is_gone_is_drained() -> None:
    api = FakeApi(lambda method, path: (404, {}))
    await drain(api, "n1", clock=FakeClock(), progress=Recorder(), stop=asyncio.Event())
    assert api.calls == ["PATCH /api/v1/nodes/n1"]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_api_that_stumbles_is_asked_again(status: int) -> None:
    """An API server that is restarted meanwhile, or one that is asked too much."""
    node = Node(pod("web"))
    answers = [status, status, 200]

    def stumbling(method: str, path: str) -> tuple[int, Any]:
        if method == "GET" and answers:
            now = answers.pop(0)
            if now != 200:
                return now, {"message": "try again"}
        return node(method, path)

    await drain(FakeApi(stumbling), "n1", clock=FakeClock(), progress=Recorder(), stop=asyncio.Event(), timeout=30)
    assert node.evicted == ["web"]


async def test_an_api_that_stays_away_is_named_at_the_deadline() -> None:
    broken = FakeApi(lambda method, path: (200, {}) if method == "PATCH" else (500, {"message": "no leader"}))
    with pytest.raises(MachineError, match=r"list the pods of n1: no leader \(500\)"):
        await drain(broken, "n1", clock=FakeClock(), progress=Recorder(), stop=asyncio.Event(), timeout=30)


async def test_an_eviction_that_stumbles_is_asked_for_again() -> None:
    node = Node(pod("web"))
    answers = [500, 429]

    def stumbling(method: str, path: str) -> tuple[int, Any]:
        if path.endswith("/eviction") and answers:
            return answers.pop(0), {"message": "etcd leader changed"}
        return node(method, path)

    await drain(FakeApi(stumbling), "n1", clock=FakeClock(), progress=Recorder(), stop=asyncio.Event(), timeout=30)
    assert node.evicted == ["web"]


async def test_what_is_lost_with_a_pod_is_said_once() -> None:
    cached = {**pod("web"), "spec": {"volumes": [{"name": "cache", "emptyDir": {}}, {"name": "conf", "configMap": {}}]}}
    node = Node(cached, pod("db"), kept={"web": "the budget"})
    seen = Recorder()
    with pytest.raises(MachineError):
        await drain(FakeApi(node), "n1", clock=FakeClock(), progress=seen, stop=asyncio.Event(), timeout=9)
    said = [line for line in seen.lines if "emptyDir" in line]
    assert said == ["note: shop/web leaves behind what it keeps in its emptyDir cache"]


def volume(**source: Any) -> dict[str, Any]:
    return {"name": "data", **source}


def on_hosts(*hosts: str, key: str = "kubernetes.io/hostname") -> dict[str, Any]:
    wanted = [{"key": key, "operator": "In", "values": list(hosts)}]
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": wanted}]}}


CLAIMED = volume(persistentVolumeClaim={"claimName": "data-web"})


@pytest.mark.parametrize(
    ("mounted", "persistent", "says"),
    [
        (volume(hostPath={"path": "/srv/data"}), None, "what n1 has in /srv/data (hostPath data)"),
        (volume(hostPath={"path": "/srv/data", "type": ""}), None, "what n1 has in /srv/data (hostPath data)"),
        (volume(hostPath={"path": "/run/containerd.sock", "type": "Socket"}), None, ""),
        (
            CLAIMED,
            {"local": {"path": "/mnt/ssd"}, "nodeAffinity": on_hosts("n1")},
            "what n1 has in /mnt/ssd (local volume pv-7, claim data-web): it can start on no other node",
        ),
        (
            CLAIMED,
            {"local": {"path": "/mnt/ssd"}, "nodeAffinity": on_hosts("n1", "n2")},
            "(local volume pv-7, claim data-web): it can start only where the volume's node affinity allows",
        ),
        (
            CLAIMED,
            {"local": {"path": "/mnt/ssd"}, "nodeAffinity": on_hosts("a", key="topology.kubernetes.io/zone")},
            "it can start only where the volume's node affinity allows",
        ),
        (CLAIMED, {"hostPath": {"path": "/srv/pv"}}, "what n1 has in /srv/pv (hostPath volume pv-7, claim data-web)"),
        (CLAIMED, {"csi": {"driver": "ebs", "volumeHandle": "v"}}, ""),
        (CLAIMED, None, ""),
        (
            volume(ephemeral={"volumeClaimTemplate": {}}),
            {"local": {"path": "/mnt/ssd"}},
            "volume pv-7, claim web-data)",
        ),
        (volume(configMap={"name": "c"}), None, ""),
    ],
)
async def test_what_stays_on_the_machine_is_said_once(mounted: Any, persistent: Any, says: str) -> None:
    node = Node({**pod("web"), "spec": {"volumes": [mounted]}}, kept={"web": "the budget"})

    def answer(method: str, path: str) -> tuple[int, Any]:
        if "/persistentvolumeclaims/" in path:
            assert path.startswith("/api/v1/namespaces/shop/")
            return 200, {"spec": {"volumeName": "pv-7"} if persistent else {}}
        if path.startswith("/api/v1/persistentvolumes/"):
            assert path.endswith("/pv-7")
            return 200, {"spec": persistent}
        return node(method, path)

    seen = Recorder()
    with pytest.raises(MachineError):
        await drain(FakeApi(answer), "n1", clock=FakeClock(), progress=seen, stop=asyncio.Event(), timeout=9)
    said = [line for line in seen.lines if "leaves behind" in line]
    assert len(said) == bool(says)
    assert not says or (said[0].startswith("note: shop/web leaves behind ") and said[0].endswith(says))


async def test_nothing_is_evicted_before_it_is_known_what_stays_behind() -> None:
    node = Node({**pod("web"), "spec": {"volumes": [CLAIMED]}})

    def answer(method: str, path: str) -> tuple[int, Any]:
        return (503, {"message": "etcd is away"}) if "/persistentvolumeclaims/" in path else node(method, path)

    with pytest.raises(MachineError, match="persistentvolumeclaims/data-web: etcd is away"):
        await drain(FakeApi(answer), "n1", clock=FakeClock(), progress=Recorder(), stop=asyncio.Event(), timeout=9)
    assert node.evicted == []
