"""What is granted to one pod is not granted to all of its namespace.

What: no binding has a ServiceAccount called default, or the group of all accounts of a namespace, as a subject. Why:
every pod that names no account has it, also the one that is deployed tomorrow. Evidence: the subject. Fix: an account
of its own for the pod that needs it.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.rbac.grants import Grants, own
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC029",
    title="nothing is granted to default accounts",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("RoleBinding", "ClusterRoleBinding"),
    remediation="bind an account of its own",
    equivalents=(
        "checkov:CKV_K8S_42",
        "kubescape:C-0189",
        "popeye:POP-308",
        "cis-1.12:5.1.5",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """One note for each subject."""
    if own(manifest):
        return MOOT
    binding = index.once(Grants).binding(manifest)
    return [
        bad(f"every pod that names no account has {binding.role[2]}", ("subjects", position), subject=subject)
        for position, subject in enumerate(binding.subjects)
        if (subject.startswith("ServiceAccount ") and subject.endswith("/default"))
        or subject.startswith("Group system:serviceaccounts:")
    ]
