"""Who is not known may do nothing, and who is merely known may do little.

What: no binding has system:anonymous or system:unauthenticated as a subject, nor system:authenticated or
system:serviceaccounts, except Kubernetes' own. Why: the first two are everybody who reaches the API server; the
others are every user and every pod. Evidence: the subject. Fix: name users, groups and accounts.
"""

from seakeep.checks.base import MOOT, Answer, Check, Note, Scope, bad
from seakeep.checks.rbac.grants import Grants, own
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC027",
    title="nothing is granted to strangers",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("RoleBinding", "ClusterRoleBinding"),
    remediation="name users, groups and accounts",
    equivalents=(
        "kubescape:C-0262",
        "kubescape:C-0265",
        "gatekeeper:disallowanonymous",
    ),
)

NOBODY = frozenset({"User system:anonymous", "Group system:unauthenticated"})
EVERYBODY = frozenset({"Group system:authenticated", "Group system:serviceaccounts"})
HARMLESS = frozenset({"system:discovery", "system:basic-user", "system:public-info-viewer"})


def judge(manifest: Manifest, index: Index) -> Answer:
    """What everybody may know anyway passes."""
    binding = index.once(Grants).binding(manifest)
    if own(manifest) or binding.role[2] in HARMLESS:
        return MOOT
    for position, subject in enumerate(binding.subjects):
        if subject in NOBODY:
            return bad(f"{subject} has {binding.role[2]}: everybody who reaches the API server", ("subjects", position))
        if subject in EVERYBODY:
            who = "every pod" if "serviceaccounts" in subject else "every user and every pod"
            return Note(
                message=f"{subject} has {binding.role[2]}: {who}",
                path=("subjects", position),
                severity=Severity.WARNING,
            )
    return None
