"""How the fields of one version become those of the next, kind by kind.

Kinds that are not here have the same fields in both versions. A rewrite yields edits in the order in which they are
to be made, and decisions. It is called for objects of any older version of its kind.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from seakeep.checks.base import drop, put
from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import Path, dig, labels, mapping, mappings, text
from seakeep.manifests.change import Edit
from seakeep.manifests.model import Manifest


@dataclass(frozen=True, slots=True)
class Decision:
    """Something for a person. With `must`, the object is not right before it is decided; without, it means what it
    meant, and this says what is different for whoever writes one anew."""

    message: str
    path: Path
    must: bool = True


Rewrite = Callable[[Manifest, str], Iterator[Edit | Decision]]


def _moved(body: JsonObject, at: Path, old: str, new: str) -> Iterator[Edit]:
    """A field gets another name."""
    if old in body:
        yield put((*at, new), body[old])
        yield drop((*at, old))


def _workload(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    spec, kind = manifest.spec, manifest.kind
    if "selector" not in spec:
        wearing = labels(spec, "template", "metadata", "labels")
        if wearing:
            yield put(("spec", "selector", "matchLabels"), dict(wearing))
        else:
            yield Decision("spec.selector is required, and the template has no labels to take it from", ("spec",))
    if "rollbackTo" in spec:
        yield drop(("spec", "rollbackTo"))
        yield Decision("rollbackTo is gone: kubectl rollout undo does it", ("spec",), must=False)
    if "templateGeneration" in spec:
        yield drop(("spec", "templateGeneration"))
    first = manifest.api_version in {"extensions/v1beta1", "apps/v1beta1"}
    by_hand = (kind == "DaemonSet" and manifest.group == "extensions") or (kind == "StatefulSet" and first)
    if by_hand and not text(spec, "updateStrategy", "type"):
        yield put(("spec", "updateStrategy", "type"), "OnDelete")
        message = "its default was OnDelete, which is kept; RollingUpdate replaces pods by itself"
        yield Decision(message, ("spec", "updateStrategy", "type"), must=False)
    if kind == "Deployment" and first:
        yield from _deployment(manifest)


def _deployment(manifest: Manifest) -> Iterator[Edit | Decision]:
    spec = manifest.spec
    if not mapping(spec, "strategy", "rollingUpdate") and text(spec, "strategy", "type") != "Recreate":
        yield put(("spec", "strategy", "rollingUpdate"), {"maxSurge": 1, "maxUnavailable": 1})
        message = "its default was one pod more and one less, which is kept; today's is 25 %"
        yield Decision(message, ("spec", "strategy", "rollingUpdate"), must=False)
    if manifest.group == "extensions" and "progressDeadlineSeconds" not in spec:
        message = "a rollout that does not get on is now said to have failed after 600 s"
        yield Decision(message, ("spec", "progressDeadlineSeconds"), must=False)


def _ingress(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    if "backend" in manifest.spec:
        old = mapping(manifest.spec, "backend")
        yield put(("spec", "defaultBackend"), _backend(old))
        yield drop(("spec", "backend"))
    for number, rule in mappings(manifest.spec, "rules"):
        for position, each in mappings(rule, "http", "paths"):
            at: Path = ("spec", "rules", number, "http", "paths", position)
            old = mapping(each, "backend")
            if "serviceName" in old or "servicePort" in old:
                yield put((*at, "backend", "service"), _backend(old)["service"])
                for field in ("serviceName", "servicePort"):
                    if field in old:
                        yield drop((*at, "backend", field))
            if "pathType" not in each:
                yield put((*at, "pathType"), "ImplementationSpecific")
    if "kubernetes.io/ingress.class" in manifest.annotations:
        message = "spec.ingressClassName takes the place of the annotation; it names an IngressClass, not a controller"
        yield Decision(message, ("metadata", "annotations", "kubernetes.io/ingress.class"), must=False)


def _backend(old: JsonObject) -> dict[str, Json]:
    port = old.get("servicePort")
    kind = "name" if isinstance(port, str) and not port.isdigit() else "number"
    if kind == "number" and isinstance(port, str):
        port = int(port)
    made: dict[str, Json] = {"service": {"name": old.get("serviceName"), "port": {kind: port}}}
    return {"resource": old["resource"]} if "resource" in old and "serviceName" not in old else made


def _autoscaler(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    if manifest.version != "v2beta1":
        return
    for number, metric in mappings(manifest.spec, "metrics"):
        for source in ("resource", "containerResource", "pods", "object", "external"):
            old = mapping(metric, source)
            if old:
                at: Path = ("spec", "metrics", number, source)
                yield put(at, _metric(source, old))


def _metric(source: str, old: JsonObject) -> dict[str, Json]:
    targets = (
        ("targetAverageUtilization", "Utilization", "averageUtilization"),
        ("targetAverageValue", "AverageValue", "averageValue"),
        ("averageValue", "AverageValue", "averageValue"),
        ("targetValue", "Value", "value"),
    )
    target: dict[str, Json] = {}
    for field, kind, name in targets:
        if field in old and not target:
            target = {"type": kind, name: old[field]}
    made: dict[str, Json] = {field: old[field] for field in ("name", "container") if field in old}
    if source in {"pods", "object", "external"}:
        metric: dict[str, Json] = {"name": old.get("metricName")}
        selector = old.get("metricSelector", old.get("selector"))
        made["metric"] = {**metric, "selector": selector} if selector is not None else metric
    if source == "object":
        made["describedObject"] = old.get("target")
    return {**made, "target": target}


def _budget(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    if not mapping(manifest.spec, "selector"):
        message = "an empty selector selected no pods, and now selects all of the namespace"
        yield Decision(message, ("spec", "selector"))


def _webhooks(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    """The defaults became stricter; the old ones are written out."""
    defaults: tuple[tuple[str, Json], ...] = (
        ("failurePolicy", "Ignore"), ("matchPolicy", "Exact"), ("timeoutSeconds", 30),
        ("admissionReviewVersions", ["v1beta1"]),
    )  # fmt: skip
    for number, each in mappings(manifest.body, "webhooks"):
        at: Path = ("webhooks", number)
        for field, value in defaults:
            if field not in each:
                yield put((*at, field), value)
        if "failurePolicy" not in each:
            message = "its default was Ignore, which is kept; Fail refuses what the webhook did not see"
            yield Decision(message, (*at, "failurePolicy"), must=False)
        if text(each, "sideEffects") not in {"None", "NoneOnDryRun"}:
            yield Decision("sideEffects must be None or NoneOnDryRun: only its author knows", (*at, "sideEffects"))


def _definition(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    spec = manifest.spec
    whole = dig(spec, "validation", "openAPIV3Schema")
    shared: dict[str, Json] = {"schema": {"openAPIV3Schema": whole}}
    if not isinstance(whole, dict):
        shared["schema"] = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
        message = "it has no schema: everything is kept as it is written, and nothing is checked"
        yield Decision(message, ("spec", "versions"), must=False)
    if "subresources" in spec:
        shared["subresources"] = spec["subresources"]
    if "additionalPrinterColumns" in spec:
        shared["additionalPrinterColumns"] = [_column(each) for _, each in mappings(spec, "additionalPrinterColumns")]
    versions = mappings(spec, "versions")
    if not versions:
        yield put(("spec", "versions"), [{"name": spec.get("version"), "served": True, "storage": True, **shared}])
    for number, version in versions:
        for field, value in shared.items():
            if field not in version:
                yield put(("spec", "versions", number, field), value)
    for field in ("version", "validation", "subresources", "additionalPrinterColumns"):
        if field in spec:
            yield drop(("spec", field))
    if spec.get("preserveUnknownFields") is True:
        yield drop(("spec", "preserveUnknownFields"))
    if "scope" not in spec:
        yield put(("spec", "scope"), "Namespaced")
    yield from _conversion(mapping(spec, "conversion"))


def _conversion(conversion: JsonObject) -> Iterator[Edit | Decision]:
    webhook = {
        new: conversion[old]
        for old, new in (
            ("webhookClientConfig", "clientConfig"),
            ("conversionReviewVersions", "conversionReviewVersions"),
        )
        if old in conversion
    }
    if webhook:
        yield put(("spec", "conversion", "webhook"), webhook)
        for field in ("webhookClientConfig", "conversionReviewVersions"):
            if field in conversion:
                yield drop(("spec", "conversion", field))


def _column(old: JsonObject) -> JsonObject:
    return {("jsonPath" if name == "JSONPath" else name): value for name, value in old.items()}


def _request(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    if "signerName" not in manifest.spec:
        yield Decision("spec.signerName is required: it says who signs, and for what", ("spec", "signerName"))
    if "usages" not in manifest.spec:
        yield Decision("spec.usages is required", ("spec", "usages"))


def _runtime_class(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    if manifest.version == "v1alpha1" and manifest.spec:
        yield put(("handler",), manifest.spec.get("runtimeHandler"))
        for field in ("overhead", "scheduling"):
            if field in manifest.spec:
                yield put((field,), manifest.spec[field])
        yield drop(("spec",))


def _slice(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    for number, each in mappings(manifest.body, "endpoints"):
        topology = labels(each, "topology")
        at: Path = ("endpoints", number)
        for label, field in (("kubernetes.io/hostname", "nodeName"), ("topology.kubernetes.io/zone", "zone")):
            if label in topology and field not in each:
                yield put((*at, field), topology[label])
        if "topology" in each:
            yield drop((*at, "topology"))


def _priority_level(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    yield from _moved(
        mapping(manifest.spec, "limited"), ("spec", "limited"), "assuredConcurrencyShares", "nominalConcurrencyShares"
    )


def _storage_migration(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    if "version" in mapping(manifest.spec, "resource"):
        yield drop(("spec", "resource", "version"))
    if "continueToken" in manifest.spec:
        yield drop(("spec", "continueToken"))


def _claim(manifest: Manifest, to: str) -> Iterator[Edit | Decision]:
    """Since v1beta2 what is asked for of one device stands under `exactly`."""
    if manifest.version == "v1beta2":
        return
    at: Path = ("spec", "spec") if manifest.kind == "ResourceClaimTemplate" else ("spec",)
    kept = {"name", "firstAvailable", "exactly"}
    for number, each in mappings(manifest.body, *at, "devices", "requests"):
        asked = {field: value for field, value in each.items() if field not in kept}
        if asked and not to.endswith("v1beta1"):
            where: Path = (*at, "devices", "requests", number)
            yield put((*where, "exactly"), asked)
            for field in asked:
                yield drop((*where, field))


def _resource_slice(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    for number, each in mappings(manifest.spec, "devices"):
        if "basic" in each:
            at: Path = ("spec", "devices", number)
            for field, value in mapping(each, "basic").items():
                yield put((*at, field), value)
            yield drop((*at, "basic"))


def _binding(manifest: Manifest, _to: str) -> Iterator[Edit | Decision]:
    for number, each in mappings(manifest.body, "subjects"):
        if "apiVersion" in each:
            yield drop(("subjects", number, "apiVersion"))


REWRITES: Mapping[str, Rewrite] = {
    "Deployment": _workload, "DaemonSet": _workload, "StatefulSet": _workload, "ReplicaSet": _workload,
    "Ingress": _ingress, "HorizontalPodAutoscaler": _autoscaler, "PodDisruptionBudget": _budget,
    "MutatingWebhookConfiguration": _webhooks, "ValidatingWebhookConfiguration": _webhooks,
    "CustomResourceDefinition": _definition, "CertificateSigningRequest": _request, "RuntimeClass": _runtime_class,
    "EndpointSlice": _slice, "PriorityLevelConfiguration": _priority_level,
    "StorageVersionMigration": _storage_migration, "ResourceClaim": _claim, "ResourceClaimTemplate": _claim,
    "ResourceSlice": _resource_slice, "RoleBinding": _binding, "ClusterRoleBinding": _binding,
}  # fmt: skip
