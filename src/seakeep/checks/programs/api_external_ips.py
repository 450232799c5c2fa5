"""A Service takes no address of others.

What: DenyServiceExternalIPs is among --enable-admission-plugins. Why: externalIPs let whoever makes a Service take
over an address (CVE-2020-8554). Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit
files and running processes. Fix: --enable-admission-plugins=...,DenyServiceExternalIPs where nobody needs
externalIPs.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB036",
    title="a Service takes no address of others",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--enable-admission-plugins=...,DenyServiceExternalIPs where nobody needs externalIPs",
    equivalents=(
        "cis-1.12:1.2.3",
        "kubescape:C-0115",
        "kubescape:C-0283",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "enable-admission-plugins", _wrong)


def _wrong(value: str | None) -> str:
    return (
        ""
        if "DenyServiceExternalIPs" in (value or "").split(",")
        else "DenyServiceExternalIPs is not among --enable-admission-plugins"
    )
