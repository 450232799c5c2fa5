"""Objects that Seakeep once made and the file no longer asks for. Node objects come and go with their machines."""

from collections.abc import Iterator

from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.registry import render_objects
from seakeep.core.change import CLUSTER, Change, Risk
from seakeep.core.json import JsonObject
from seakeep.engine.model import DeleteObject, Step
from seakeep.phases import tenants
from seakeep.phases.base import ObjectKey, Phase, PlanContext
from seakeep.phases.objects import key_of
from seakeep.phases.owned import applied

PHASE = Phase("prune_objects", "Objects no longer wanted", "cluster")

KINDS: tuple[tuple[str, str], ...] = (
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("policy/v1", "PodDisruptionBudget"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("v1", "ServiceAccount"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("v1", "LimitRange"),
    ("v1", "ResourceQuota"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"),
)
"""What is looked through, in the order of deleting: what runs goes before what it runs with. No Namespace: it would
take everything in it along, whoever's that is."""

_RIGHTS = frozenset({"RoleBinding", "Role"})
"""All that goes from the namespace of a tenant that left the file: what bounds its pods stays as long as they do."""

_WORKLOADS = frozenset({"DaemonSet", "Deployment"})


def plan(context: PlanContext) -> Iterator[Step]:
    """A deletion for each object that Seakeep applied and that is not rendered any more."""
    wanted = {key_of(each) for each in render_objects(context.design)}
    found = context.objects or {}
    order = {kind: position for position, kind in enumerate(KINDS)}
    kept = set(tenants.former(context.design, context.objects))
    surplus = [
        key for key in found if key not in wanted and key[:2] in order and (key[2] not in kept or key[1] in _RIGHTS)
    ]
    for key in sorted(surplus, key=lambda key: (order[key[:2]], key)):
        uid = _uid(found[key])
        if uid and applied(found[key]) is not None:
            yield _step(key, uid)


def _step(key: ObjectKey, uid: str) -> Step:
    api_version, kind, namespace, name = key
    place = f"{namespace}/" if namespace else ""
    change = Change(
        id=f"{CLUSTER}/{PHASE.id}/{kind}:{place}{name}",
        host=CLUSTER,
        phase=PHASE.id,
        what=f"delete {kind} {place}{name}",
        why="Seakeep made it, and the file no longer asks for it",
        risk=Risk.DISRUPTIVE if kind in _WORKLOADS else Risk.NONE,
    )
    body = KubeObject(api_version=api_version, kind=kind, name=name, namespace=namespace or None, body={})
    return Step(change=change, action=DeleteObject(body, uid))


def _uid(found: JsonObject) -> str:
    metadata = found.get("metadata")
    uid = metadata.get("uid") if isinstance(metadata, dict) else None
    return uid if isinstance(uid, str) else ""
