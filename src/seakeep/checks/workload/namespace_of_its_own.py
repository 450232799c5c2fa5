"""Every object says which namespace it belongs to, and it is not default.

What: namespaced objects of built-in groups. One that names no namespace goes wherever the command that applies it
says: INFO. What Kubernetes keeps in default (the Service kubernetes, the root certificates, the account) is not
asked. Why: policies, quotas and roles are given to namespaces; what is in default has those of everybody. Evidence:
the namespace. Fix: a namespace for each application.
"""

from seakeep.checks.base import MOOT, Answer, Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD064",
    title="nothing lives in the namespace default",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="give it a namespace of its own",
    references=("https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",),
    equivalents=(
        "kube-linter:use-namespace",
        "kubescape:C-0061",
        "kubescape:C-0209",
        "kubescape:C-0212",
        "checkov:CKV_K8S_21",
        "cis-1.12:5.6.1",
        "cis-1.12:5.6.4",
    ),
)

OWN = frozenset({("Service", "kubernetes"), ("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default"),
                 ("Endpoints", "kubernetes"), ("EndpointSlice", "kubernetes")})  # fmt: skip


def judge(manifest: Manifest, _: Index) -> Answer:
    """Whether a custom type has a namespace is not known, and files of programs have none."""
    if not manifest.namespace or "/" in manifest.type or manifest.configures:
        return MOOT
    if manifest.namespace_given and manifest.namespace != "default":
        return None
    if (manifest.type, manifest.name) in OWN:
        return MOOT
    if manifest.namespace_given:
        return bad("it lives in the namespace default", ("metadata", "namespace"))
    message = "its namespace is whatever the command says that applies it"
    return Note(message=message, path=("metadata", "namespace"), severity=Severity.INFO)
