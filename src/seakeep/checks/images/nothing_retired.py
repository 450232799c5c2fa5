"""Add-ons that nobody keeps up any more are gone.

What: images of Tiller (Helm 2), the Kubernetes Dashboard, ingress-nginx, Heapster and kube-rbac-proxy of
gcr.io/kubebuilder. Why: Tiller does what anybody in the cluster asks it, with the rights that it has; the others get
no more fixes. Evidence: the image. Fix: Helm 3 or later, Headlamp, a Gateway or an Ingress controller that is kept
up, metrics-server, WithAuthenticationAndAuthorization of controller-runtime.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.checks.images.reference import parse
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG010",
    title="nothing runs that has ended",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="replace it by what took its place",
    references=("https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",),
    equivalents=(
        "checkov:CKV_K8S_33",
        "checkov:CKV_K8S_34",
        "checkov:CKV_K8S_44",
        "kubescape:C-0014",
        "kubescape:C-0292",
    ),
)

ENDED = {
    "tiller": "Tiller ended with Helm 2, in 2020",
    "kubernetes-dashboard": "the Kubernetes Dashboard is archived",
    "kubernetesui/dashboard": "the Kubernetes Dashboard is archived",
    "ingress-nginx/controller": "ingress-nginx ended in March 2026",
    "nginx-ingress-controller": "ingress-nginx ended in March 2026",
    "heapster": "Heapster ended in 2018",
    "kubebuilder/kube-rbac-proxy": "its registry ended in 2025",
}


def judge(container: Container, _: Index) -> Answer:
    """By the end of the repository's name; NGINX's own controller is called nginx/nginx-ingress."""
    found = parse(container.image) if container.image else None
    if found is None:
        return None
    for name, reason in ENDED.items():
        if found.repository.endswith(f"/{name}") or f"/{name}-" in f"{found.repository}-":
            return bad(reason, container.at("image"), image=container.image)
    return None
