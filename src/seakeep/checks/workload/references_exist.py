"""ConfigMaps, Secrets and claims that a pod needs are there, with the keys that it asks for.

What: names in env, envFrom, volumes, projected volumes, claims and imagePullSecrets, unless they are optional; and
keys, where the object is among those that are judged. Secrets are rarely kept in files: one that is not there says
nothing there. ConfigMaps and claims that are not there are a failure where everything was read, or where the objects
have others of the kind in the namespace, and UNKNOWN otherwise. Why: the container does not start:
CreateContainerConfigError, or a mount that waits. Evidence: the name. Fix: the right name, or the object.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import Path, mapping, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD058",
    title="what a pod refers to exists",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="correct the name, or add the object",
    equivalents=(
        "kube-linter:env-value-from",
        "popeye:POP-304",
        "popeye:POP-305",
        "popeye:POP-407",
        "popeye:POP-1300",
    ),
)

KINDS = {"configMapKeyRef": "ConfigMap", "configMapRef": "ConfigMap", "secretKeyRef": "Secret", "secretRef": "Secret"}


def judge(pod: Pod, index: Index) -> Iterator[Note]:
    """Environments, volumes, pull secrets."""
    for container in pod.containers:
        for field in ("env", "envFrom"):
            if field not in container.body:
                continue
            for position, entry in mappings(container.body, field):
                source = mapping(entry, "valueFrom") if field == "env" else entry
                for name, kind in KINDS.items():
                    if name in source:
                        where = ("valueFrom", name) if field == "env" else (name,)
                        yield from _one(index, pod, kind, mapping(source, name), container.at(field, position, *where))
    if "volumes" in pod.spec:
        for position, volume in mappings(pod.spec, "volumes"):
            yield from _volume(index, pod, volume, pod.at("volumes", position))
    for position, each in mappings(pod.spec, "imagePullSecrets") if index.policy.complete else ():
        yield from _one(index, pod, "Secret", each, pod.at("imagePullSecrets", position))


def _volume(index: Index, pod: Pod, volume: JsonObject, path: Path) -> Iterator[Note]:
    if "configMap" in volume:
        yield from _one(index, pod, "ConfigMap", mapping(volume, "configMap"), (*path, "configMap"))
    elif "secret" in volume:
        source = mapping(volume, "secret")
        given = {**source, "name": source.get("secretName")}
        yield from _one(index, pod, "Secret", given, (*path, "secret"))
    elif "persistentVolumeClaim" in volume:
        name = text(volume, "persistentVolumeClaim", "claimName")
        if name and index.get("PersistentVolumeClaim", pod.namespace, name) is None:
            message = f"there is no claim {name} in {pod.namespace}"
            yield missing(index, "PersistentVolumeClaim", pod.namespace, message, (*path, "persistentVolumeClaim"))
    elif "projected" in volume:
        for position, source in mappings(volume, "projected", "sources"):
            for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
                if field in source:
                    where = (*path, "projected", "sources", position, field)
                    yield from _one(index, pod, kind, mapping(source, field), where)


def _one(index: Index, pod: Pod, kind: str, reference: JsonObject, path: Path) -> Iterator[Note]:
    name = text(reference, "name")
    if not name or reference.get("optional") is True:
        return
    found = index.get(kind, pod.namespace, name)
    if found is None:
        if kind == "ConfigMap" and name != "kube-root-ca.crt":
            yield missing(index, kind, pod.namespace, f"there is no ConfigMap {name} in {pod.namespace}", path)
        elif kind == "Secret" and index.policy.complete:
            yield bad(f"there is no Secret {name} in {pod.namespace}", path)
        return
    if index.policy.complete and kind == "Secret":
        # The contents of Secrets are not read from a cluster.
        return
    held = mapping(found.body, "data").keys() | mapping(found.body, "stringData").keys()
    held |= mapping(found.body, "binaryData").keys()
    wanted = [text(reference, "key")] + [text(each, "key") for _, each in mappings(reference, "items")]
    for key in wanted:
        if key and key not in held:
            yield bad(f"{kind} {name} has no key {key}", path, keys=sorted(held))
