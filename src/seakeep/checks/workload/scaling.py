"""How many pods there will be: replicas, autoscalers, disruption budgets."""

from math import ceil

from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import mapping, number, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Pod

SCALED = (
    "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "argoproj.io/Rollout",
    "apps.kruise.io/CloneSet", "apps.kruise.io/StatefulSet",
)  # fmt: skip
"""Types with a number of replicas."""


def target_of(autoscaler: Manifest) -> tuple[str, str]:
    """Type and name of what a HorizontalPodAutoscaler scales."""
    reference = mapping(autoscaler.spec, "scaleTargetRef")
    wanted = Manifest({"apiVersion": reference.get("apiVersion") or "apps/v1", "kind": reference.get("kind")})
    return wanted.type, text(reference, "name")


def autoscalers(index: Index) -> dict[tuple[str, str, str], Manifest]:
    """HorizontalPodAutoscalers by type, namespace and name of what they scale. For Index.once."""
    found: dict[tuple[str, str, str], Manifest] = {}
    for each in index.of("HorizontalPodAutoscaler"):
        kind, name = target_of(each)
        found[kind, each.namespace, name] = each
    return found


def autoscaler_of(manifest: Manifest, index: Index) -> Manifest | None:
    """What scales the object."""
    found = index.once(autoscalers)
    return found.get((manifest.type, manifest.namespace, manifest.name)) if found else None


def copies(manifest: Manifest, index: Index) -> int:
    """The fewest pods that the object has while nothing is wrong: what its autoscaler goes down to, or its replicas."""
    scaler = autoscaler_of(manifest, index)
    if scaler is not None:
        least = number(scaler.spec, "minReplicas")
        return 1 if least is None else least
    if manifest.type not in SCALED:
        return 1
    given = number(manifest.spec, "replicas")
    return 1 if given is None else given


def budgets(index: Index) -> dict[int, list[Manifest]]:
    """PodDisruptionBudgets by the identity of the pods that they cover. For Index.once."""
    found: dict[int, list[Manifest]] = {}
    for budget in index.of("PodDisruptionBudget"):
        for pod in covered(budget, index):
            found.setdefault(id(pod), []).append(budget)
    return found


def covered(budget: Manifest, index: Index) -> list[Pod]:
    """The pods that a budget selects. In policy/v1 an empty selector selects the namespace and a missing one
    nothing; in v1beta1 both select nothing."""
    selector = budget.spec.get("selector")
    if not isinstance(selector, dict) or (not selector and budget.version == "v1beta1"):
        return []
    return [pod for pod in index.selected(selector, budget.namespace) if not pod.ends]


def may_go(budget: JsonObject, total: int) -> int | None:
    """How many of so many pods may be away at once; None where the budget does not say it in a form that is right.
    Percentages of either field are rounded up, as the controller does."""
    most, least = budget.get("maxUnavailable"), budget.get("minAvailable")
    if most is not None:
        return _amount(most, total)
    kept = _amount(least, total)
    return None if kept is None else total - kept


def _amount(value: Json, total: int) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.endswith("%") and value[:-1].isdigit():
        return ceil(int(value[:-1]) * total / 100) if len(value) < 6 else None
    return None
