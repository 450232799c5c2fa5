"""A container adds no right of root but the one to listen below 1024.

What: capabilities.add holds nothing but NET_BIND_SERVICE. Why: each of them is a part of root. Evidence: the names
that are added. Fix: remove them; what needs one gets a waiver with the reason. Those that give away the node are an
error of POD016.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import texts
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD015",
    title="no capability is added but NET_BIND_SERVICE",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove capabilities from securityContext.capabilities.add",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",),
    equivalents=(
        "checkov:CKV_K8S_24",
        "checkov:CKV_K8S_25",
        "kubescape:C-0200",
        "kubescape:C-0219",
        "gatekeeper:capabilities",
        "cis-1.12:5.2.9",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """As they are written: Pod Security compares them so."""
    added = container.own_security.get("capabilities")
    if added is None:
        return None
    names = [each for each in texts(added, "add") if each != "NET_BIND_SERVICE"]
    if not names:
        return None
    path = container.at("securityContext", "capabilities", "add")
    return bad(f"container {container.name} adds {', '.join(names)}", path, added=names)
