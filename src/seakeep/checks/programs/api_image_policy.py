"""Where images come from is asked at admission.

What: ImagePolicyWebhook is among --enable-admission-plugins. Informational: a policy engine may ask the same. Why: an
image that nobody vouches for runs like any other. Evidence: the command line of kube-apiserver, in pods, kubeadm's
extraArgs, unit files and running processes. Fix: ImagePolicyWebhook, or a policy that verifies signatures.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB038",
    title="where images come from is asked at admission",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="ImagePolicyWebhook, or a policy that verifies signatures",
    equivalents=(
        "cis-1.12:5.5.1",
        "kubescape:C-0289",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "enable-admission-plugins", _wrong)


def _wrong(value: str | None) -> str:
    return (
        ""
        if "ImagePolicyWebhook" in (value or "").split(",")
        else "ImagePolicyWebhook is not among --enable-admission-plugins"
    )
