"""Experiments as objects of Chaos Mesh 2.8 (API chaos-mesh.org/v1alpha1).

Deleted pods are a PodChaos. What is done on machines is a PhysicalMachineChaos of the kind `user_defined`, which
chaosd runs on the machine: the same scripts, with their healing as its recovery. Power and floods cannot be expressed.
"""

import re
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

from seakeep.core.errors import UsageError
from seakeep.core.json import Json, JsonObject
from seakeep.experiments.base import ApiCall, Experiment, Injection, Shell

API_VERSION = "chaos-mesh.org/v1alpha1"
NAMESPACE = "chaos-mesh"
"""Where the objects go, and where the PhysicalMachine objects of the machines are: they have the machines' names."""

_PODS = re.compile(r"/api/v1/namespaces/([^/]+)/pods$")


def export(module: ModuleType, injection: Injection, *, every: str = "") -> list[JsonObject]:
    """One object for each hand that does something. `every` is a cron expression: then each is a Schedule.

    UsageError for what Chaos Mesh cannot express.
    """
    experiment: Experiment = module.EXPERIMENT
    if experiment.floods:
        raise UsageError(f"{experiment.id} makes an account of its own to send with: Chaos Mesh has no way to say that")
    pods = [action for action in module.inject(injection) if isinstance(action, ApiCall)]
    scripts = [action for action in module.inject(injection) if isinstance(action, Shell)]
    if len(pods) + len(scripts) < len(module.inject(injection)):
        raise UsageError(f"{experiment.id} switches the power of machines: Chaos Mesh has no way to say that")
    specs = [("PodChaos", _pod_kill(pods))] if pods else []
    healing = {each.host: each.script for each in module.heal(injection) if isinstance(each, Shell)}
    specs += [
        ("PhysicalMachineChaos", _on_machine(action, healing.get(action.host, "true\n"), injection.seconds))
        for action in scripts
    ]
    base = f"seakeep-{experiment.id.replace('_', '-')}"
    names = [base] if len(specs) == 1 else [f"{base}-{number + 1}" for number in range(len(specs))]
    return [_object(kind, name, spec, every) for name, (kind, spec) in zip(names, specs, strict=True)]


def _pod_kill(calls: list[ApiCall]) -> JsonObject:
    """The selectors of the requests, their nodes together. The namespace is always said: without it Chaos Mesh takes
    the object's own, or every namespace where its webhook is off."""
    namespaces: list[Json] = []
    nodes: list[Json] = []
    labels: dict[str, Json] = {}
    grace = 0
    for call in calls:
        parts = urlsplit(call.path)
        found = _PODS.search(parts.path)
        if call.method != "DELETE" or found is None:
            raise UsageError(f"{call.method} {parts.path} is nothing that Chaos Mesh does")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if found[1] not in namespaces:
            namespaces.append(found[1])
        labels |= dict(term.split("=", 1) for term in query.get("labelSelector", "").split(",") if "=" in term)
        field, _, node = query.get("fieldSelector", "").partition("=")
        if field == "spec.nodeName":
            nodes.append(node)
        grace = int(query.get("gracePeriodSeconds", "0"))
    selector: JsonObject = {"namespaces": namespaces, "labelSelectors": labels, **({"nodes": nodes} if nodes else {})}
    return {"action": "pod-kill", "mode": "all", "gracePeriod": grace, "selector": selector}


def _on_machine(action: Shell, heal: str, seconds: float) -> JsonObject:
    return {
        "action": "user_defined",
        "mode": "all",
        "selector": {"namespaces": [NAMESPACE], "physicalMachines": {NAMESPACE: [action.host]}},
        "duration": f"{seconds:.0f}s",
        "user_defined": {"attackCmd": action.script, "recoverCmd": heal},
    }


def _object(kind: str, name: str, spec: JsonObject, every: str) -> JsonObject:
    metadata: JsonObject = {"name": name, "namespace": NAMESPACE}
    if not every:
        return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
    field = "podChaos" if kind == "PodChaos" else "physicalmachineChaos"
    repeated: JsonObject = {
        "schedule": every,
        "type": kind,
        "concurrencyPolicy": "Forbid",
        "historyLimit": 5,
        field: spec,
    }
    return {"apiVersion": API_VERSION, "kind": "Schedule", "metadata": metadata, "spec": repeated}
