"""The kubelet refuses to start the container as root.

What: runAsNonRoot is true, or runAsUser is a number above zero, on the container or inherited from the pod; the
container's own field wins. An image that happens to have another user is no answer: the next one may not. Why: root
in a container is root on the node for a kernel that is broken. A pod with its own user namespace (hostUsers: false)
is not asked: its root is nobody outside. Evidence: the effective field. Fix: runAsNonRoot: true; give runAsUser where
the image names its user by name.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD010",
    title="no container runs as root",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="set securityContext.runAsNonRoot: true for the pod",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",),
    equivalents=(
        "kube-linter:run-as-non-root",
        "polaris:runAsRootAllowed",
        "kubescape:C-0013",
        "kubescape:C-0198",
        "kubescape:C-0218",
        "checkov:CKV_K8S_6",
        "checkov:CKV_K8S_23",
        "gatekeeper:users",
        "popeye:POP-302",
        "popeye:POP-306",
        "kubeeye:NotRunAsNonRoot",
        "cis-1.12:5.2.7",
        "kubescape:C-0211",
        "checkov:CKV_K8S_29",
        "checkov:CKV_K8S_30",
        "cis-1.12:5.6.3",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """A user that is given decides; runAsNonRoot: true beside runAsUser: 0 is a pod that never starts."""
    security = container.security
    user = security.get("runAsUser")
    if user == 0 and user is not False:
        return bad(f"container {container.name} runs as user 0", container.security_at("runAsUser"))
    if security.get("runAsNonRoot") is True or (isinstance(user, int) and user > 0):
        return None
    if container.pod.spec.get("hostUsers") is False:
        return None
    said = "may run as root" if security.get("runAsNonRoot") is False else "runs as whatever user its image has"
    return bad(f"container {container.name} {said}", container.security_at("runAsNonRoot"))
