"""Reading a living cluster: objects of the API in pages, and one round trip to each machine."""

import asyncio
import shlex
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import msgspec

from seakeep.checks.files.forms import form_of
from seakeep.checks.live.base import LivePod
from seakeep.core.errors import SeakeepError
from seakeep.core.json import JsonObject
from seakeep.facts import configs, processes
from seakeep.facts.base import FactSet
from seakeep.manifests.index import OperatorFile
from seakeep.manifests.model import Manifest
from seakeep.manifests.read import Loaded, Texts
from seakeep.transport.api import ApiClient, decoded

PAGE = 500
"""Objects in one answer."""

_TEXTS = (".yaml", ".yml", ".json", ".conflist")


@dataclass(frozen=True, slots=True)
class Resource:
    """What is listed. `api` is the group and version; `optional` is a resource that not every cluster has; of
    `metadata_only` the API is asked for nothing but names, labels and annotations."""

    api: str
    plural: str
    kind: str
    optional: bool = False
    metadata_only: bool = False

    @property
    def path(self) -> str:
        """Of all namespaces."""
        return f"/{'apis' if '/' in self.api else 'api'}/{self.api}/{self.plural}"


_RBAC = "rbac.authorization.k8s.io/v1"
_HOOKS = "admissionregistration.k8s.io/v1"
RESOURCES: tuple[Resource, ...] = (
    Resource("v1", "namespaces", "Namespace"),
    Resource("v1", "nodes", "Node"),
    Resource("v1", "services", "Service"),
    Resource("v1", "serviceaccounts", "ServiceAccount"),
    Resource("v1", "configmaps", "ConfigMap"),
    Resource("v1", "secrets", "Secret", metadata_only=True),
    Resource("v1", "resourcequotas", "ResourceQuota"),
    Resource("v1", "limitranges", "LimitRange"),
    Resource("v1", "persistentvolumes", "PersistentVolume"),
    Resource("v1", "persistentvolumeclaims", "PersistentVolumeClaim"),
    Resource("apps/v1", "deployments", "Deployment"),
    Resource("apps/v1", "statefulsets", "StatefulSet"),
    Resource("apps/v1", "daemonsets", "DaemonSet"),
    Resource("batch/v1", "jobs", "Job"),
    Resource("batch/v1", "cronjobs", "CronJob"),
    Resource("autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    Resource("networking.k8s.io/v1", "networkpolicies", "NetworkPolicy"),
    Resource("networking.k8s.io/v1", "ingresses", "Ingress"),
    Resource("policy/v1", "poddisruptionbudgets", "PodDisruptionBudget"),
    Resource(_RBAC, "roles", "Role"),
    Resource(_RBAC, "rolebindings", "RoleBinding"),
    Resource(_RBAC, "clusterroles", "ClusterRole"),
    Resource(_RBAC, "clusterrolebindings", "ClusterRoleBinding"),
    Resource(_HOOKS, "validatingwebhookconfigurations", "ValidatingWebhookConfiguration"),
    Resource(_HOOKS, "mutatingwebhookconfigurations", "MutatingWebhookConfiguration"),
    Resource("velero.io/v1", "schedules", "Schedule", optional=True),
    Resource("monitoring.coreos.com/v1", "prometheusrules", "PrometheusRule", optional=True),
    Resource("external-secrets.io/v1", "externalsecrets", "ExternalSecret", optional=True),
    Resource("cert-manager.io/v1", "certificates", "Certificate", optional=True),
    Resource("cilium.io/v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", optional=True),
    Resource("cilium.io/v2", "ciliumclusterwidenetworkpolicies", "CiliumClusterwideNetworkPolicy", optional=True),
)
"""What is in a Secret is not asked for: that it exists is all that is judged."""

_METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Without a second choice: a server that cannot do it answers 406, not with everything."""


@dataclass(slots=True)
class Served:
    """What was read of the API. `unread`: plural -> why not."""

    manifests: list[Manifest] = field(default_factory=list)
    pods: list[LivePod] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


class _PageMeta(msgspec.Struct, rename={"continued": "continue"}):
    continued: str = ""


class _Page(msgspec.Struct):
    metadata: _PageMeta = msgspec.field(default_factory=_PageMeta)
    items: list[dict[str, object]] = []


class _Owner(msgspec.Struct):
    kind: str = ""
    controller: bool = False


class _Meta(msgspec.Struct, rename="camel"):
    name: str = ""
    namespace: str = ""
    labels: dict[str, str] | None = None
    owner_references: list[_Owner] | None = None
    deletion_timestamp: str | None = None


class _Volume(msgspec.Struct, rename="camel"):
    empty_dir: msgspec.Raw | None = None


class _Spec(msgspec.Struct, rename="camel"):
    node_name: str = ""
    volumes: list[_Volume] | None = None


class _Condition(msgspec.Struct):
    type: str = ""
    status: str = ""


class _Waiting(msgspec.Struct):
    reason: str = ""


class _State(msgspec.Struct):
    waiting: _Waiting | None = None


class _ContainerStatus(msgspec.Struct, rename="camel"):
    restart_count: int = 0
    state: _State | None = None


class _Status(msgspec.Struct, rename="camel"):
    phase: str = ""
    conditions: list[_Condition] | None = None
    container_statuses: list[_ContainerStatus] | None = None
    init_container_statuses: list[_ContainerStatus] | None = None


class _Pod(msgspec.Struct):
    metadata: _Meta
    spec: _Spec
    status: _Status


class _Pods(msgspec.Struct):
    metadata: _PageMeta = msgspec.field(default_factory=_PageMeta)
    items: list[_Pod] = []


async def read_api(api: ApiClient) -> Served:
    """All resources side by side, each in pages. One that may not be read, or does not answer, is told in `unread`.

    Namespaces that are being deleted are left out with everything in them: a half of what was there says nothing.
    """
    served = Served()
    await asyncio.gather(_pods(api, served), *(_objects(api, resource, served) for resource in RESOURCES))
    going = {
        each.name for each in served.manifests if each.type == "Namespace" and "deletionTimestamp" in each.metadata
    }
    served.manifests = [
        each
        for each in served.manifests
        if each.namespace not in going and not (each.type == "Namespace" and each.name in going)
    ]
    served.pods = [each for each in served.pods if each.namespace not in going]
    return served


async def _objects(api: ApiClient, resource: Resource, served: Served) -> None:
    try:
        accept = _METADATA_ONLY if resource.metadata_only else ""
        async for body in _pages(api, resource.path, resource.plural, optional=resource.optional, accept=accept):
            for item in decoded(body, _Page, f"list {resource.plural}").items:
                metadata = item.get("metadata")
                if not isinstance(metadata, dict) or _made_by_another(metadata):
                    continue
                metadata.pop("managedFields", None)
                body_of = cast("JsonObject", {**item, "apiVersion": resource.api, "kind": resource.kind})
                served.manifests.append(Manifest(body_of))
    except SeakeepError as error:
        served.unread[resource.plural] = error.message


async def _pods(api: ApiClient, served: Served) -> None:
    """Of pods that something made only what is used is kept: their owner's template is judged instead of them. Those
    that nothing made are read again, whole."""
    alone: list[str] = []
    try:
        async for body in _pages(api, "/api/v1/pods", "pods"):
            for pod in decoded(body, _Pods, "list pods").items:
                found = _live(pod)
                served.pods.append(found)
                if not found.owner:
                    alone.append(f"/api/v1/namespaces/{found.namespace}/pods/{found.name}")
        for path in alone:
            status, body = await api.raw(path)
            if status == 200:
                whole = decoded(body, dict, path)
                served.manifests.append(Manifest({**whole, "apiVersion": "v1", "kind": "Pod"}))
    except SeakeepError as error:
        served.unread["pods"] = error.message


async def _pages(
    api: ApiClient, path: str, what: str, *, optional: bool = False, accept: str = ""
) -> AsyncIterator[bytes]:
    following = ""
    while True:
        more = f"&continue={following}" if following else ""
        status, body = await api.raw(f"{path}?limit={PAGE}{more}", accept=accept)
        if status == 404 and optional:
            return
        if status != 200:
            raise SeakeepError(f"{what}: the API answered {status}")
        yield body
        following = decoded(body, _Page, f"list {what}").metadata.continued if PAGE_MARK in body else ""
        if not following:
            return


PAGE_MARK = b'"continue":'


def _live(pod: _Pod) -> LivePod:
    owners = pod.metadata.owner_references or []
    states = [*(pod.status.container_statuses or ()), *(pod.status.init_container_statuses or ())]
    waiting = (
        each.state.waiting.reason for each in states if each.state is not None and each.state.waiting is not None
    )
    return LivePod(
        namespace=pod.metadata.namespace,
        name=pod.metadata.name,
        node=pod.spec.node_name,
        labels=pod.metadata.labels or {},
        phase=pod.status.phase,
        ready=any(each.type == "Ready" and each.status == "True" for each in pod.status.conditions or ()),
        owner=next((owner.kind for owner in owners if owner.controller), ""),
        local=any(volume.empty_dir is not None for volume in pod.spec.volumes or ()),
        waiting=next((reason for reason in waiting if reason != "PodInitializing"), ""),
        restarts=max((each.restart_count for each in states), default=0),
        leaving=pod.metadata.deletion_timestamp is not None,
    )


def _made_by_another(metadata: Mapping[str, object]) -> bool:
    owners = metadata.get("ownerReferences")
    return isinstance(owners, list) and any(isinstance(owner, dict) and owner.get("controller") for owner in owners)


def machine_files(facts: Mapping[str, FactSet]) -> Loaded:
    """What stands in the machines' files, and how their programs were started. A file is named with its machine."""
    made = Loaded()
    texts = Texts()
    for name, found in sorted(facts.items()):
        for path, content in sorted((found.find(configs.FACT) or {}).items()):
            where = f"{name}:{path}"
            if path.endswith(_TEXTS):
                made.add(texts.read(content, where))
            else:
                made.files.append(OperatorFile(where, content))
        lines = [shlex.join(words) for words in found.find(processes.FACT) or ()]
        if lines:
            made.files.append(OperatorFile(f"{name}:processes", "\n".join(lines), form="command"))
    for file in made.files:
        file.form = file.form or form_of(file)
    return made
