"""No process of a container can get more rights than the one that started it.

What: `allowPrivilegeEscalation: false` on every container, init and ephemeral ones too; it has no default at the
level of the pod. A Windows pod has no such thing. Why: without it, a setuid program in the image is a way from a
restricted user to root. Evidence: the container's field. Fix: set it; only programs that call sudo or ping as setuid
binaries need it. Beside privileged and CAP_SYS_ADMIN the API refuses it: those go first.
"""

from dataclasses import replace

from seakeep.checks.base import Answer, Check, Per, Scope, bad, put
from seakeep.core.finding import Severity
from seakeep.manifests.access import text, texts
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD001",
    title="privilege escalation is not allowed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="set securityContext.allowPrivilegeEscalation: false",
    fixable=True,
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",),
    equivalents=(
        "kube-linter:privilege-escalation-container",
        "polaris:privilegeEscalationAllowed",
        "kubescape:C-0016",
        "checkov:CKV_K8S_20",
        "checkov:CKV_K8S_29",
        "checkov:CKV_K8S_30",
        "cis-1.12:5.6.3",
        "kubescape:C-0211",
        "gatekeeper:allow-privilege-escalation",
        "kubescape:C-0197",
        "kubescape:C-0217",
        "checkov:CKV_K8S_5",
        "kubeeye:PrivilegeEscalationAllowed",
        "cis-1.12:5.2.6",
        "polaris:linuxHardening",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """The container's own field: this one is not inherited."""
    value = container.own_security.get("allowPrivilegeEscalation")
    if value is False or text(container.pod.spec, "os", "name") == "windows":
        return None
    path = container.at("securityContext", "allowPrivilegeEscalation")
    said = f"privilege escalation {'is not said' if value is None else 'is allowed'} in container {container.name}"
    if power := _beside(container):
        refused = bad(f"{said}, which has {power}: the API refuses both together", path)
        return replace(refused, remediation=f"take {power} away, then set allowPrivilegeEscalation: false")
    return bad(said, path, fix=(put(path, False),))


def _beside(container: Container) -> str:
    """What validation refuses the field with."""
    if container.own_security.get("privileged") is True:
        return "privileged: true"
    added = {each.removeprefix("CAP_") for each in texts(container.own_security, "capabilities", "add")}
    return "SYS_ADMIN" if "SYS_ADMIN" in added else ""
