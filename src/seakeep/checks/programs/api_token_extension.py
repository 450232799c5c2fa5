"""Tokens of pods end when they say.

What: --service-account-extend-token-expiration=false. Why: it is on by default, and makes tokens of an hour last a
year. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes.
Fix: --service-account-extend-token-expiration=false.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB028",
    title="tokens of pods end when they say",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--service-account-extend-token-expiration=false",
    equivalents=(
        "cis-1.12:1.2.30",
        "kubescape:C-0290",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "service-account-extend-token-expiration", _wrong)


def _wrong(value: str | None) -> str:
    return (
        "" if value == "false" else f"--service-account-extend-token-expiration is {value or 'not set'}, wanted false"
    )
