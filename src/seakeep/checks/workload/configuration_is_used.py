"""What is kept for pods is used by pods.

What: where everything was read, each ConfigMap, PersistentVolumeClaim and opaque or pull Secret is named by a pod, an
account or an Ingress of its namespace. What belongs to Kubernetes, has an owner, or says by its labels who manages it
(Helm, an operator) is not asked. In files nothing is asked: others may use it. Why: what nobody uses is forgotten,
with the keys in it. Evidence: the name. Fix: delete it.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD088",
    title="ConfigMaps and claims are used",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("ConfigMap", "Secret", "PersistentVolumeClaim"),
    remediation="delete it",
    equivalents=(
        "popeye:POP-400",
        "popeye:POP-401",
    ),
)

MANAGED = ("app.kubernetes.io/managed-by", "owner", "operator")
OWN = frozenset({"kube-system", "kube-public", "kube-node-lease"})
TYPES = frozenset({"", "Opaque", "kubernetes.io/dockerconfigjson", "kubernetes.io/tls", "kubernetes.io/basic-auth"})


def judge(manifest: Manifest, index: Index) -> Answer:
    """By the index of all that is named."""
    if not index.policy.complete or manifest.namespace in OWN or manifest.name == "kube-root-ca.crt":
        return MOOT
    if listing(manifest.metadata, "ownerReferences") or any(name in manifest.labels for name in MANAGED):
        return MOOT
    if manifest.type == "Secret" and text(manifest.body, "type") not in TYPES:
        return MOOT
    if (manifest.type, manifest.namespace, manifest.name) in index.once(used):
        return None
    return bad("nothing uses it", ("metadata", "name"))


def used(index: Index) -> frozenset[tuple[str, str, str]]:
    """Type, namespace and name of everything that pods, accounts and Ingresses name."""
    found: set[tuple[str, str, str]] = set()
    for pod in index.pods:
        found |= {(kind, pod.namespace, name) for kind, name in _named(pod)}
    for account in index.of("ServiceAccount"):
        for field in ("secrets", "imagePullSecrets"):
            found |= {("Secret", account.namespace, text(each, "name")) for _, each in mappings(account.body, field)}
    for ingress in index.of("Ingress"):
        found |= {("Secret", ingress.namespace, text(each, "secretName")) for _, each in mappings(ingress.spec, "tls")}
    return frozenset(found)


def _named(pod: Pod) -> Iterator[tuple[str, str]]:
    for container in pod.containers:
        for _, entry in mappings(container.body, "env"):
            yield "ConfigMap", text(entry, "valueFrom", "configMapKeyRef", "name")
            yield "Secret", text(entry, "valueFrom", "secretKeyRef", "name")
        for _, entry in mappings(container.body, "envFrom"):
            yield "ConfigMap", text(entry, "configMapRef", "name")
            yield "Secret", text(entry, "secretRef", "name")
    for _, each in mappings(pod.spec, "imagePullSecrets"):
        yield "Secret", text(each, "name")
    for _, volume in mappings(pod.spec, "volumes"):
        yield "ConfigMap", text(volume, "configMap", "name")
        yield "Secret", text(volume, "secret", "secretName")
        yield "PersistentVolumeClaim", text(volume, "persistentVolumeClaim", "claimName")
        for _, source in mappings(volume, "projected", "sources"):
            yield "ConfigMap", text(source, "configMap", "name")
            yield "Secret", text(source, "secret", "name")
