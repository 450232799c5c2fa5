"""Reading a living cluster: objects of the API in pages, and one round trip to each machine."""

import asyncio
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from seakeep.checks.files.forms import form_of
from seakeep.checks.live.base import LivePod
from seakeep.core.errors import SeakeepError
from seakeep.facts import configs, processes
from seakeep.facts.base import FactSet
from seakeep.flows.live_objects import Bodies, Listed
from seakeep.flows.live_pages import Sleep, pages
from seakeep.flows.live_pods import read_pods
from seakeep.manifests.index import OperatorFile
from seakeep.manifests.model import Manifest
from seakeep.manifests.read import Loaded, Texts
from seakeep.transport.api import ApiClient

SIDE_BY_SIDE = 4
"""Lists that are read at the same moment: each has an answer in memory, and costs the API server some of its own."""

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
    Resource("apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition"),
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


_JUDGED = frozenset(resource.api.partition("/")[0] for resource in RESOURCES if resource.optional)


async def read_api(api: ApiClient, *, sleep: Sleep = asyncio.sleep) -> Served:
    """All resources, a few side by side, each in pages. One that may not be read, or does not answer, is told in
    `unread`.

    Namespaces that are being deleted are left out with everything in them: a half of what was there says nothing.
    """
    served = Served()
    room = asyncio.Semaphore(SIDE_BY_SIDE)
    bodies = Bodies(schemas_of=_JUDGED)

    async def one(resource: Resource) -> None:
        async with room:
            await _objects(api, resource, served, bodies, sleep)

    await asyncio.gather(_pods(api, served, bodies, sleep), *(one(resource) for resource in RESOURCES))
    going = {
        each.name for each in served.manifests if each.type == "Namespace" and "deletionTimestamp" in each.metadata
    }
    if going:
        served.manifests = [
            each
            for each in served.manifests
            if each.namespace not in going and not (each.type == "Namespace" and each.name in going)
        ]
        served.pods = [each for each in served.pods if each.namespace not in going]
    return served


async def _objects(api: ApiClient, resource: Resource, served: Served, bodies: Bodies, sleep: Sleep) -> None:
    accept = _METADATA_ONLY if resource.metadata_only else ""
    try:
        async for page in pages(api, resource.path, Listed, sleep=sleep, optional=resource.optional, accept=accept):
            for item in page.items or ():
                body = bodies.of(item, resource.api, resource.kind)
                if body is not None:
                    served.manifests.append(Manifest(body))
    except (SeakeepError, msgspec.DecodeError) as error:
        served.unread[resource.plural] = str(error)


async def _pods(api: ApiClient, served: Served, bodies: Bodies, sleep: Sleep) -> None:
    alone: list[dict[str, msgspec.Raw]] = []
    try:
        await read_pods(api, sleep, served.pods, alone)
    except (SeakeepError, msgspec.DecodeError) as error:
        served.unread["pods"] = str(error)
    served.manifests += [Manifest(body) for each in alone if (body := bodies.of(each, "v1", "Pod")) is not None]


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
