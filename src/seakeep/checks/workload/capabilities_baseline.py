"""A container adds no capability that runtimes do not give by themselves.

What: capabilities.add holds only names that container runtimes grant to everybody. Why: SYS_ADMIN, SYS_PTRACE,
SYS_MODULE, NET_ADMIN, BPF and their like lead to the node or to its network. Evidence: the names that are added. Fix:
remove them; node agents that need one get a waiver and a namespace of their own.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import texts
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD016",
    title="no capability gives away the node",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove the capability from securityContext.capabilities.add",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",),
    equivalents=(
        "polaris:dangerousCapabilities",
        "kubescape:C-0046",
        "checkov:CKV_K8S_39",
        "gatekeeper:capabilities",
        "kubeeye:HighRiskCapabilities",
    ),
)

BASELINE = {
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
    "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}  # fmt: skip


def judge(container: Container, _: Index) -> Answer:
    """A name with CAP_ before it is none: runtimes put it there, and Pod Security refuses it."""
    added = container.own_security.get("capabilities")
    if added is None:
        return None
    names = [each for each in texts(added, "add") if each not in BASELINE]
    if not names:
        return None
    path = container.at("securityContext", "capabilities", "add")
    return bad(f"container {container.name} adds {', '.join(names)}", path, added=names)
