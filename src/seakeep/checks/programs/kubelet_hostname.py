"""Kubelets are called what their machine is called.

What: --hostname-override is not set. Informational: where machines' names are decided by a plan it is what keeps node
and certificate together. Why: a node whose name is not its machine's is hard to find, and certificates may not fit.
Evidence: the kubelet's command line. Fix: remove the flag where the machine's own name will do.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB115",
    title="kubelets are called what their machine is called",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove --hostname-override where the machine's own name will do",
    equivalents=("cis-1.12:4.2.7", "kubescape:C-0179", "checkov:CKV_K8S_146"),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kubelet", "hostname-override", lambda value: f"it is called {value}" if value else "")
