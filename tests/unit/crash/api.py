"""The API's store in memory."""

from typing import TYPE_CHECKING, Any

import msgspec
from tests.unit.phases.world import as_served

from seakeep.artifacts import kube_controller_manager
from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.common import CLUSTER_CA
from seakeep.transport.api import FIELD_MANAGER, PLURALS, ApiClient, ApiError

from .machine import content

if TYPE_CHECKING:
    from .cluster import Cluster


class SimApi(ApiClient):
    """The API's store, answered while an API server can."""

    def __init__(self, cluster: "Cluster") -> None:
        self.cluster = cluster

    async def raw(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "",
        group: str = "",
    ) -> tuple[int, bytes]:
        if not self.cluster.endpoint():
            raise ApiError("the API did not answer: connection refused", status=0)
        if "kube-root-ca.crt" in path:
            status, found = 200, {"items": [self._published(name) for name in ("default", "kube-system")]}
        elif content_type == "application/merge-patch+json":
            status, found = self._merged(path.partition("?")[0], msgspec.json.decode(body or b""))
        else:
            status, found = self._answer(method, path.partition("?")[0], body)
        return status, msgspec.json.encode(found)

    def _answer(self, method: str, path: str, body: bytes | None) -> tuple[int, Any]:
        objects = self.cluster.objects
        match method:
            case "GET" if path == "/readyz":
                return 200, "ok"
            case "GET" if path == "/api/v1/nodes":
                return 200, {"items": [self._node(k, v) for k, v in objects.items() if k.startswith(path + "/")]}
            case "GET" if path.rpartition("/")[2] in PLURALS.values():
                root, _, plural = path.rpartition("/")
                kept = [each for key, each in objects.items() if key.startswith(root) and key.split("/")[-2] == plural]
                return 200, {"items": kept}
            case "GET":
                return (200, self._living(objects[path])) if path in objects else (404, {})
            case "PATCH" if path.startswith("/api/v1/nodes/") and b"unschedulable" in (body or b""):
                return (200, self._store(path, _cordoned(objects[path]))) if path in objects else (404, {})
            case "PATCH":
                asked = msgspec.json.decode(body or b"")
                kept = as_served(KubeObject(api_version="", kind="", name="", namespace=None, body=asked))
                record = {"manager": FIELD_MANAGER, "operation": "Apply", "fieldsV1": {}}
                metadata: Any = kept["metadata"]
                return 200, self._store(path, {**kept, "metadata": {**metadata, "managedFields": [record]}})
            case "DELETE" if path in objects:
                self.cluster.objects = {key: each for key, each in objects.items() if key != path}
                self.cluster.look()
                return 200, {}
            case "DELETE":
                return 404, {}
            case "POST":
                made = msgspec.json.decode(body or b"")
                path = f"{path}/{made['metadata']['name']}"
                return (409, {}) if path in objects else (201, self._store(path, made))
            case "PUT":
                return 200, self._store(path, msgspec.json.decode(body or b""))
        raise AssertionError((method, path))

    def _published(self, namespace: str) -> dict[str, Any]:
        """By a controller manager that runs, as it read it at its start."""
        machines = self.cluster.machines().values()
        read = next(m.booted[kube_controller_manager.NAME] for m in machines if m.runs(kube_controller_manager.NAME))
        authority = content(read[CLUSTER_CA]).decode()
        return {"metadata": {"name": "kube-root-ca.crt", "namespace": namespace}, "data": {"ca.crt": authority}}

    def _merged(self, path: str, patch: dict[str, Any]) -> tuple[int, Any]:
        found = self.cluster.objects.get(path)
        return (404, {}) if found is None else (200, self._store(path, _merge(found, patch)))

    def _store(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.cluster.objects = {**self.cluster.objects, path: body}
        self.cluster.look()
        return body

    def _node(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        up = self.cluster.hosts[name].machine.runs("kubelet")
        return {
            **body,
            "status": {
                "conditions": [{"type": "Ready", "status": "True" if up else "False"}],
                "nodeInfo": {"kubeletVersion": f"v{self.cluster.design.release.kubernetes}"},
            },
        }

    def _living(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("kind") not in {"DaemonSet", "Deployment"}:
            return body
        nodes = sum(1 for key in self.cluster.objects if key.startswith("/api/v1/nodes/"))
        return {
            **body,
            "status": {
                "availableReplicas": nodes,
                "numberAvailable": nodes,
                "updatedReplicas": nodes,
                "updatedNumberScheduled": nodes,
            },
        }


def _merge(old: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """RFC 7386, without removals."""
    merged = {key: _merge(old.get(key, {}), each) if isinstance(each, dict) else each for key, each in patch.items()}
    return {**old, **merged}


def _cordoned(node: dict[str, Any]) -> dict[str, Any]:
    return {**node, "spec": {**node["spec"], "unschedulable": True}}
