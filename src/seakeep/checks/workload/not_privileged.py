"""No container is the node's root.

What: securityContext.privileged is not true, on init and ephemeral containers too; it has no default at the level of
the pod. Why: a privileged container has every capability and device of the node, and whoever takes it has the node
and every pod on it. Evidence: the container's field. Fix: remove the field, and add the one capability or device that
is needed.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD006",
    title="no container is privileged",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove securityContext.privileged",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",),
    equivalents=(
        "kube-linter:privileged-container",
        "kube-score:container-security-context-privileged",
        "polaris:runAsPrivileged",
        "kubescape:C-0057",
        "kubescape:C-0193",
        "checkov:CKV_K8S_2",
        "checkov:CKV_K8S_16",
        "gatekeeper:privileged-containers",
        "kubeeye:PrivilegedAllowed",
        "cis-1.12:5.2.2",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """Anything but a boolean is for the schema checks."""
    if container.own_security.get("privileged") is not True:
        return None
    return bad(f"container {container.name} is privileged", container.at("securityContext", "privileged"))
