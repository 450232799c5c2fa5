"""A container sees /proc without what shows the node.

What: procMount is not Unmasked. Why: the runtime hides /proc/kcore, /proc/sysrq-trigger and others; unmasked, they
show memory and settings of the node. Evidence: the container's field. Fix: remove it; only containers in a user
namespace of their own that build containers need it.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad, drop
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD017",
    title="/proc is masked",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove securityContext.procMount",
    fixable=True,
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",),
    equivalents=(
        "kube-linter:unsafe-proc-mount",
        "polaris:procMount",
        "gatekeeper:proc-mount",
    ),
)


def judge(container: Container, index: Index) -> Answer:
    """Allowed where the pod has its own user namespace, from 1.33 on; without one the API refuses it."""
    if container.own_security.get("procMount") != "Unmasked":
        return None
    if container.pod.spec.get("hostUsers") is False and index.policy.target >= (1, 33):
        return None
    path = container.at("securityContext", "procMount")
    return bad(f"container {container.name} has an unmasked /proc", path, fix=(drop(path),))
