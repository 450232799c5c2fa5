"""Tools that can do everything are not open to the outside.

What: Services of type NodePort or LoadBalancer, and Ingresses, do not lead to pods whose image is a dashboard, a CI
server, a workflow engine, a database console or etcd. Why: many of these have no password after installation, and all
of them run what they are told. Evidence: the image. Fix: ClusterIP, and kubectl port-forward or a proxy that asks who
it is.
"""

from seakeep.checks.base import Answer, Check, Note, Scope, bad
from seakeep.checks.network.services import backends, selected
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET023",
    title="no administrative interface is published",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Service", "Ingress"),
    remediation="make it a ClusterIP Service",
    equivalents=(
        "kubescape:C-0021",
        "kubescape:C-0014",
        "checkov:CKV_K8S_45",
    ),
)

TOOLS = frozenset(
    {"argo-server", "argocli", "argocd", "dashboard", "kubernetes-dashboard", "etcd", "headlamp", "jenkins", "jupyter",
     "kubeflow", "kubevious", "phpmyadmin", "adminer", "pgadmin4", "portainer", "prometheus", "alertmanager", "scope",
     "tiller", "workflow-controller"}
)  # fmt: skip


def judge(manifest: Manifest, index: Index) -> Answer:
    """Through the Service to the image."""
    if manifest.type == "Service":
        if text(manifest.spec, "type") not in {"NodePort", "LoadBalancer"}:
            return None
        return _first(manifest, ("spec", "type"), index)
    for each in backends(manifest):
        service = index.get("Service", manifest.namespace, each.name)
        note = _first(service, each.path, index) if service is not None else None
        if note is not None:
            return note
    return None


def _first(service: Manifest, path: Path, index: Index) -> Note | None:
    for pod in selected(service, index):
        for container in pod.containers:
            name = container.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
            if name in TOOLS:
                return bad(f"it publishes {name}", path, image=container.image)
    return None
