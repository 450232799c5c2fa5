"""Private images are not shared between tenants.

What: AlwaysPullImages is among --enable-admission-plugins. Informational: a cluster without tenants, or one that
reaches no registry, has a reason not to. Why: a pod may otherwise run an image that somebody else has pulled with his
credentials. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running
processes. Fix: --enable-admission-plugins=...,AlwaysPullImages where tenants share nodes.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB014",
    title="private images are not shared between tenants",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--enable-admission-plugins=...,AlwaysPullImages where tenants share nodes",
    equivalents=(
        "cis-1.12:1.2.11",
        "kubescape:C-0123",
        "checkov:CKV_K8S_80",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "enable-admission-plugins", _wrong)


def _wrong(value: str | None) -> str:
    return (
        ""
        if "AlwaysPullImages" in (value or "").split(",")
        else "AlwaysPullImages is not among --enable-admission-plugins"
    )
