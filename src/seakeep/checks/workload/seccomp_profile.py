"""A container may use only the system calls that its runtime finds harmless.

What: seccompProfile.type is RuntimeDefault or Localhost, on the container or inherited from the pod. Why: without a
profile the whole kernel is open to the container; most ways out of containers went through a call that no application
makes. Evidence: the effective field; nodes whose kubelet has seccompDefault make up for a missing one, which a
manifest cannot know. Fix: seccompProfile: {type: RuntimeDefault} for the pod.
"""

from seakeep.checks.base import MOOT, Answer, Check, Note, Per, Scope, bad, put
from seakeep.checks.workload.views import windows
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD013",
    title="a seccomp profile is set",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="set securityContext.seccompProfile.type: RuntimeDefault for the pod",
    fixable=True,
    references=("https://kubernetes.io/docs/tutorials/security/seccomp/",),
    equivalents=(
        "kube-score:container-seccomp-profile",
        "kubescape:C-0055",
        "kubescape:C-0210",
        "checkov:CKV_K8S_31",
        "checkov:CKV_K8S_32",
        "gatekeeper:seccomp",
        "gatekeeper:seccompv2",
        "polaris:linuxHardening",
        "cis-1.12:5.6.2",
        "kubescape:C-0211",
        "checkov:CKV_K8S_29",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """A profile that is switched off on purpose is worse than none, and an error."""
    found = text(container.security.get("seccompProfile"), "type")
    if found in {"RuntimeDefault", "Localhost"}:
        return None
    if windows(container.pod):
        return MOOT
    if found == "Unconfined":
        path = (*container.security_at("seccompProfile"), "type")
        return Note(message=f"container {container.name} has no seccomp profile", path=path, severity=Severity.ERROR)
    pod_wide = container.pod.at("securityContext", "seccompProfile", "type")
    fix = (put(pod_wide, "RuntimeDefault"),) if not container.security.get("seccompProfile") else ()
    path = container.security_at("seccompProfile")
    return bad(f"container {container.name} has no seccomp profile", path, fix=fix)
