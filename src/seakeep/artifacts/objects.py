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
