"""Building API objects. `body` is the whole document that server-side apply sends."""

from collections.abc import Mapping

from seakeep.artifacts.base import KubeObject
from seakeep.core.json import Json, JsonObject

MANAGED: Mapping[str, Json] = {"app.kubernetes.io/managed-by": "seakeep"}


def kube_object(
    api_version: str,
    kind: str,
    name: str,
    *,
    namespace: str | None = None,
    labels: Mapping[str, Json] | None = None,
    annotations: Mapping[str, Json] | None = None,
    **fields: Json,
) -> KubeObject:
    """An object with its metadata and the given top-level fields (`spec`, `data`, `rules`...)."""
    metadata: dict[str, Json] = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    metadata["labels"] = {**MANAGED, **(labels or {})}
    if annotations:
        metadata["annotations"] = dict(annotations)
    body: dict[str, Json] = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}
    return KubeObject(api_version=api_version, kind=kind, name=name, namespace=namespace, body=body)


def network_daemon(
    name: str,
    label: str,
    container: JsonObject,
    volumes: list[Json],
    *,
    namespace: str,
    annotations: JsonObject,
    pod_annotations: JsonObject | None = None,
) -> KubeObject:
    """A DaemonSet of one container in the network of every node, whatever its taints, one node at a time.

    What cannot set up its rules ends within a second, and may find those of a pod before it: until then it must not
    count as available (minReadySeconds).
    """
    selector: JsonObject = {"app.kubernetes.io/name": label}
    metadata: JsonObject = {"labels": selector, **({"annotations": pod_annotations} if pod_annotations else {})}
    return kube_object(
        "apps/v1",
        "DaemonSet",
        name,
        namespace=namespace,
        labels=selector,
        annotations=annotations,
        spec={
            "selector": {"matchLabels": selector},
            "minReadySeconds": 2,
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
            "template": {
                "metadata": metadata,
                "spec": {
                    "hostNetwork": True,
                    "priorityClassName": "system-node-critical",
                    "serviceAccountName": name,
                    "tolerations": [{"operator": "Exists"}],
                    "terminationGracePeriodSeconds": 5,
                    "containers": [container],
                    "volumes": volumes,
                },
            },
        },
    )


def waivers(**reasons: str) -> JsonObject:
    """Annotations: check id -> why what `seakeep check` finds about an object of Seakeep's own stands."""
    return {
        f"waive.seakeep.io/{check}": f"reason={reason}; owner=seakeep; expires={_LOOKED_AT_AGAIN}"
        for check, reason in reasons.items()
    }


_LOOKED_AT_AGAIN = "2028-06-30"
"""By then somebody has to see whether it is still needed."""


def cluster_role(name: str, *rules: Json, annotations: JsonObject | None = None) -> KubeObject:
    """A ClusterRole."""
    return kube_object(
        "rbac.authorization.k8s.io/v1", "ClusterRole", name, annotations=annotations or {}, rules=list(rules)
    )


def bind_cluster(
    name: str, role: str, subject: Mapping[str, Json], *, annotations: JsonObject | None = None
) -> KubeObject:
    """A ClusterRoleBinding of one subject to a ClusterRole."""
    return kube_object(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        name,
        annotations=annotations or {},
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        subjects=[dict(subject)],
    )


def user(name: str) -> dict[str, Json]:
    """A subject: the common name of a client certificate."""
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}


def group(name: str) -> dict[str, Json]:
    """A subject: an organization of a client certificate."""
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name}


def service_account(namespace: str, name: str) -> dict[str, Json]:
    """A subject: a service account."""
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def rule(groups: list[Json], resources: list[Json], verbs: list[Json]) -> Json:
    """One rule of a role."""
    return {"apiGroups": groups, "resources": resources, "verbs": verbs}
