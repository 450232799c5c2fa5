"""What the observers need in the cluster: a namespace with pods on every node and a Service, gone afterwards."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from seakeep.core.json import Json, JsonObject
from seakeep.engine.wait import await_until
from seakeep.experiments.scripts import STORM_LABEL
from seakeep.flows import scratch
from seakeep.flows.session import Session
from seakeep.transport.api import ApiClient, decoded

PORT = 18080
"""Of the pods' server: no other process of a node is started with it, which is how it is found there."""

MOVES_AFTER = 5
"""Seconds that the moving pods stay on a node that is not ready, instead of Kubernetes' 300."""


class _Condition(msgspec.Struct):
    type: str = ""
    status: str = ""


class _Status(msgspec.Struct):
    conditions: list[_Condition] = []


class _Pod(msgspec.Struct):
    status: _Status


class _Pods(msgspec.Struct):
    items: list[_Pod]


@asynccontextmanager
async def scene(session: Session, admin: ApiClient) -> AsyncIterator[str]:
    """The namespace's name, once every pod is ready. What an earlier storm left is removed first."""
    await scratch.remove_leftovers(admin, STORM_LABEL, "yes")
    namespace = f"seakeep-storm-{secrets.token_hex(3)}"
    # No kernel without seccomp runs what the restricted level demands; nothing here needs more than baseline allows.
    labels: JsonObject = {STORM_LABEL: "yes", "pod-security.kubernetes.io/enforce": "baseline"}
    await admin.apply("v1", "Namespace", namespace, {"metadata": {"labels": labels}})
    try:
        await admin.apply("v1", "Service", "web", _service(), namespace=namespace)
        await admin.apply("apps/v1", "DaemonSet", "web", _daemon_set(session), namespace=namespace)
        await admin.apply("apps/v1", "Deployment", "moving", _moving(session), namespace=namespace)
        await _ready(session, admin, namespace)
        yield namespace
    finally:
        await scratch.remove(admin, namespace, whose="the storm's", progress=session.progress)


async def _ready(session: Session, admin: ApiClient, namespace: str) -> None:
    wanted = len(session.design.nodes) + replicas(session)

    async def probe() -> str | None:
        status, body = await admin.raw(f"/api/v1/namespaces/{namespace}/pods")
        pods = decoded(body, _Pods, "list pods").items if status == 200 else []
        ready = sum(any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions) for pod in pods)
        return None if ready >= wanted else f"{ready} of {wanted} are ready"

    await await_until(
        "the storm's pods to be ready",
        probe,
        timeout=120,
        interval=0.5,
        clock=session.clock,
        progress=session.progress,
        subject="storm",
    )


def replicas(session: Session) -> int:
    """Pods that move when their node is lost."""
    return 2 if len(session.design.nodes) > 1 else 1


def _service() -> JsonObject:
    ports: list[Json] = [{"port": 80, "targetPort": PORT, "protocol": "TCP"}]
    return {"spec": {"selector": {"app": "web"}, "ports": ports}}


def _pod(session: Session, app: str, command: list[Json], tolerations: list[Json]) -> JsonObject:
    security: JsonObject = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    container: JsonObject = {
        "name": app,
        "image": session.design.release.minor.probe_image,
        "imagePullPolicy": "IfNotPresent",
        "args": command,
        "resources": {"requests": {"cpu": "5m", "memory": "8Mi"}, "limits": {"memory": "64Mi"}},
        "securityContext": security,
    }
    if app == "web":
        container = {**container, "readinessProbe": {"httpGet": {"path": "/healthz", "port": PORT}, "periodSeconds": 2}}
    return {
        "metadata": {"labels": {"app": app}},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "tolerations": tolerations,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65534},
            "containers": [container],
        },
    }


def _daemon_set(session: Session) -> JsonObject:
    anywhere: list[Json] = [{"operator": "Exists"}]
    command: list[Json] = ["netexec", f"--http-port={PORT}", "--udp-port=-1"]
    return {
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": _pod(session, "web", command, anywhere),
        }
    }


def _moving(session: Session) -> JsonObject:
    tolerations: list[Json] = [{"operator": "Exists", "effect": "NoSchedule"}]
    tolerations += [
        {
            "key": f"node.kubernetes.io/{key}",
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": MOVES_AFTER,
        }
        for key in ("not-ready", "unreachable")
    ]
    template = _pod(session, "moving", ["pause"], tolerations)
    spread: Json = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app": "moving"}},
    }
    spec = template["spec"]
    assert isinstance(spec, dict)
    return {
        "spec": {
            "replicas": replicas(session),
            "selector": {"matchLabels": {"app": "moving"}},
            "template": {**template, "spec": {**spec, "topologySpreadConstraints": [spread]}},
        }
    }
