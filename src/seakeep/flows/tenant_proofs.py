"""Proofs about tenants: what their people may do and may not is asked in their name, for a dry run."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from seakeep.artifacts import tenants as objects
from seakeep.artifacts.coredns import CONTROL_PLANE
from seakeep.checks.live.base import Proof, Tried
from seakeep.core.errors import SeakeepError
from seakeep.core.json import Json, JsonObject
from seakeep.design.model import Design, Tenant
from seakeep.spec.fields import mebibytes
from seakeep.transport.api import ApiClient

PARALLEL = 16
"""Requests at the same moment."""

_MERGE = "application/merge-patch+json"
_LET_THROUGH = frozenset({200, 201, 202, 404, 409, 422})
"""Authorization comes first: who is told that something is not there, or is wrong, was let through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Something that is asked in a group's name. `said` completes "it may ..." and "it may not ..."."""

    said: str
    path: str
    method: str = "GET"
    body: JsonObject | None = None
    content_type: str = "application/json"


Ask = Callable[[Request], Awaitable[tuple[int, bytes]]]


def subject(tenant: Tenant, group: str) -> str:
    """Who is asked about."""
    return f"tenant {tenant.name}" if len(tenant.groups) == 1 else f"tenant {tenant.name}, group {group}"


async def prove_tenants(design: Design, admin: ApiClient) -> dict[str, Tried]:
    """Every proof that needs nothing but the API, for each group of each tenant."""
    room = asyncio.Semaphore(PARALLEL)
    proofs = {
        "tenant-works": _works,
        "tenant-apart": _apart,
        "tenant-privileged": _privileged,
        "tenant-quota": _quota,
        "tenant-bounds": _bounds,
        "tenant-cluster": _cluster,
    }
    pairs = [(tenant, group) for tenant in design.tenants for group in tenant.groups]

    async def one(
        prove: Callable[[Design, Tenant, str, Ask], Awaitable[Proof]], tenant: Tenant, group: str
    ) -> tuple[str, Proof]:
        async def ask(request: Request) -> tuple[int, bytes]:
            body = None if request.body is None else msgspec.json.encode(request.body)
            # A role that makes nothing meets the same quota and the same admission through whoever makes it for them.
            makes = request.method == "POST" and tenant.role == "view" and prove in (_privileged, _quota)
            async with room:
                return await admin.raw(
                    request.path,
                    method=request.method,
                    body=body,
                    content_type=request.content_type,
                    group="" if makes else group,
                )

        try:
            return subject(tenant, group), await prove(design, tenant, group, ask)
        except SeakeepError as error:
            return subject(tenant, group), Proof(held=None, said=error.message)

    found = await asyncio.gather(*(one(prove, *pair) for prove in proofs.values() for pair in pairs))
    return {
        name: tuple(found[position * len(pairs) : (position + 1) * len(pairs)]) for position, name in enumerate(proofs)
    }


async def _works(design: Design, tenant: Tenant, group: str, ask: Ask) -> Proof:
    """A right that nobody can use is none: the other proofs would hold for a group that is bound to nothing."""
    del group
    read = Request(said="list Deployments", path=_apps(tenant))
    wanted = [read] if tenant.role == "view" else [read, _deployment(design, tenant)]
    answers = [(request, (await ask(request))[0]) for request in wanted]
    refused = [(request, status) for request, status in answers if status not in (200, 201)]
    if not refused:
        return Proof(held=True, said=f"it may {' and '.join(request.said for request in wanted)} in its namespace")
    told = "; ".join(f"asked to {request.said}, the API answered {status}" for request, status in refused)
    certain = all(status in (401, 403, 404) for _, status in refused)
    return Proof(held=False if certain else None, said=told)


async def _apart(design: Design, tenant: Tenant, group: str, ask: Ask) -> Proof:
    del tenant
    own = {each.namespace for each in design.tenants if group in each.groups}
    others = [each.namespace for each in design.tenants if each.namespace not in own]
    requests = []
    for name in (*others, "default", "kube-system"):
        root = f"/api/v1/namespaces/{name}"
        requests += [
            Request(said=f"read the Secrets of {name}", path=f"{root}/secrets?limit=1"),
            Request(said=f"list the pods of {name}", path=f"{root}/pods?limit=1"),
            _pod(design, f"make a pod in {name}", name),
        ]
    return await _all_refused(ask, requests, f"{len(others) + 2} other namespaces are closed to it")


async def _privileged(design: Design, tenant: Tenant, group: str, ask: Ask) -> Proof:
    del group
    home = tenant.namespace
    privileged = _pod(design, "make a privileged pod", home, container={"securityContext": {"privileged": True}})
    tolerant = _pod(
        design,
        "make a pod that tolerates the control plane's taint",
        home,
        spec={"tolerations": [{"key": CONTROL_PLANE, "operator": "Exists", "effect": "NoSchedule"}]},
    )
    placed = _pod(design, "make a pod that names its node", home, spec={"nodeName": design.nodes[0].name})
    return await _each_refused_for(
        ask,
        ((privileged, (b"PodSecurity",)), (tolerant, (objects.POLICY.encode(),)), (placed, (objects.POLICY.encode(),))),
        "a privileged pod, one that tolerates the control plane's taint and one that names its node are refused",
    )


async def _quota(design: Design, tenant: Tenant, group: str, ask: Ask) -> Proof:
    del group
    home = tenant.namespace
    more = f"{mebibytes(dict(tenant.quota)['requests.memory']) + 1}Mi"
    amounts: JsonObject = {"requests": {"memory": more}, "limits": {"memory": more}}
    big = _pod(design, f"make a pod of {more}", home, container={"resources": amounts})
    critical = _pod(
        design, "make a pod of a system priority class", home, spec={"priorityClassName": "system-cluster-critical"}
    )
    # A lower limit for each container is met first.
    over = (b"exceeded quota", b"maximum memory usage per Container")
    return await _each_refused_for(
        ask,
        ((big, over), (critical, (objects.NO_CRITICAL.encode(),))),
        f"a pod of {more} and one of a system priority class are refused",
    )


async def _bounds(design: Design, tenant: Tenant, group: str, ask: Ask) -> Proof:
    del design
    home = f"/api/v1/namespaces/{tenant.namespace}"
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{tenant.namespace}"
    policies = f"/apis/networking.k8s.io/v1/namespaces/{tenant.namespace}/networkpolicies"
    everything: Json = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]

    def patch(said: str, path: str, body: JsonObject) -> Request:
        return Request(said=said, path=_dry(path), method="PATCH", body=body, content_type=_MERGE)

    requests = [
        patch("change its quota", f"{home}/resourcequotas/{objects.QUOTA}", {"spec": {"hard": {"pods": "1000"}}}),
        patch("change its limits", f"{home}/limitranges/{objects.LIMITS}", {"spec": {"limits": []}}),
        patch("change its namespace's labels", home, {"metadata": {"labels": {objects.LABEL: "another"}}}),
        Request(said="delete its namespace", path=_dry(home), method="DELETE"),
        patch("widen its role", f"{rbac}/roles/{objects.ROLE}", {"rules": everything}),
        Request(
            said="bind itself to cluster-admin",
            path=_dry(f"{rbac}/rolebindings"),
            method="POST",
            body={
                "metadata": {"name": "seakeep-check"},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "cluster-admin",
                },
                "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
            },
        ),
        Request(
            said="open its network",
            path=_dry(policies),
            method="POST",
            body={"metadata": {"name": "seakeep-check"}, "spec": {"podSelector": {}, "ingress": [{}]}},
        ),
        Request(said="delete a network policy", path=_dry(f"{policies}/{objects.DENY}"), method="DELETE"),
    ]
    return await _all_refused(
        ask, requests, "its quota, limits, network policies, role and namespace are not its own to change"
    )


async def _cluster(design: Design, tenant: Tenant, group: str, ask: Ask) -> Proof:
    del design, tenant, group
    core, rbac = "/api/v1", "/apis/rbac.authorization.k8s.io/v1"
    requests = [
        Request(said="list nodes", path=f"{core}/nodes?limit=1"),
        Request(said="list namespaces", path=f"{core}/namespaces?limit=1"),
        Request(said="list all Secrets", path=f"{core}/secrets?limit=1"),
        Request(said="list volumes", path=f"{core}/persistentvolumes?limit=1"),
        Request(said="list ClusterRoleBindings", path=f"{rbac}/clusterrolebindings?limit=1"),
        Request(
            said="make a namespace",
            path=_dry(f"{core}/namespaces"),
            method="POST",
            body={"metadata": {"name": "seakeep-check"}},
        ),
    ]
    return await _all_refused(ask, requests, "it sees nothing of the cluster but its namespace")


async def _all_refused(ask: Ask, requests: Sequence[Request], good: str) -> Proof:
    """By authorization: 401 and 403."""
    answers = await asyncio.gather(*(ask(request) for request in requests))
    statuses = [(request, status) for request, (status, _) in zip(requests, answers, strict=True)]
    let_through = [request.said for request, status in statuses if status in _LET_THROUGH]
    unsure = [
        f"asked to {request.said}, the API answered {status}"
        for request, status in statuses
        if status not in _LET_THROUGH and status not in (401, 403)
    ]
    return _proof(let_through, unsure, good)


async def _each_refused_for(ask: Ask, wanted: Iterable[tuple[Request, Sequence[bytes]]], good: str) -> Proof:
    """Refused, and for the reason that is tried: one of the words is in the answer."""
    let_through, unsure = [], []
    for request, words in wanted:
        status, body = await ask(request)
        if status in (200, 201):
            let_through.append(request.said)
        elif status != 403 or not any(word in body for word in words):
            unsure.append(f"asked to {request.said}, the API answered {status}: {_message(body)}")
    return _proof(let_through, unsure, good)


def _proof(let_through: Sequence[str], unsure: Sequence[str], good: str) -> Proof:
    if let_through:
        return Proof(held=False, said=f"it may {', '.join(let_through)}")
    return Proof(held=None, said="; ".join(unsure)) if unsure else Proof(held=True, said=good)


class _Status(msgspec.Struct):
    message: str = ""


def _message(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Status).message[:300]
    except msgspec.DecodeError:
        return body[:100].decode("utf-8", "replace")


def _dry(path: str) -> str:
    return f"{path}?dryRun=All"


def _apps(tenant: Tenant) -> str:
    return f"/apis/apps/v1/namespaces/{tenant.namespace}/deployments"


def pod_spec(design: Design, image: str = "") -> dict[str, Json]:
    """A pod that the restricted level takes."""
    return {
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "c",
                "image": image or design.release.minor.pause_image,
                "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            }
        ],
    }


def _pod(
    design: Design, said: str, namespace: str, *, spec: JsonObject | None = None, container: JsonObject | None = None
) -> Request:
    whole = pod_spec(design)
    containers = whole["containers"]
    assert isinstance(containers, list)
    first = containers[0]
    assert isinstance(first, dict)
    body: JsonObject = {
        "metadata": {"generateName": "seakeep-check-"},
        "spec": {**whole, **(spec or {}), "containers": [{**first, **(container or {})}]},
    }
    return Request(said=said, path=_dry(f"/api/v1/namespaces/{namespace}/pods"), method="POST", body=body)


def _deployment(design: Design, tenant: Tenant) -> Request:
    labels: JsonObject = {"app": "seakeep-check"}
    template: JsonObject = {"metadata": {"labels": labels}, "spec": pod_spec(design)}
    body: JsonObject = {
        "metadata": {"generateName": "seakeep-check-"},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }
    return Request(said="make a Deployment", path=_dry(_apps(tenant)), method="POST", body=body)
