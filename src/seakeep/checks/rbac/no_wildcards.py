"""A rule says which verbs on which resources it allows.

What: no `*` among verbs, resources and apiGroups of a rule; all three at once are an error. A wildcard of groups
beside named resources is said too. Why: it allows what does not exist yet: the next verb, subresource or custom type.
Evidence: the rule. Fix: names.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Scope
from seakeep.checks.rbac.grants import EVERY, ROLES, Grants, own
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC003",
    title="rules name what they allow",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ROLES,
    remediation="name verbs, resources and groups",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",),
    equivalents=(
        "kube-linter:wildcard-in-rules",
        "checkov:CKV_K8S_49",
        "kubescape:C-0187",
        "cis-1.12:5.1.3",
    ),
)


def judge(manifest: Manifest, index: Index) -> Iterator[Note]:
    """What is written, not what is aggregated."""
    if own(manifest):
        yield MOOT
        return
    for rule in index.once(Grants).role_of(manifest).rules:
        if rule.position < 0:
            continue
        wide = [
            name
            for name, values in (("verbs", rule.verbs), ("resources", rule.resources), ("apiGroups", rule.groups))
            if EVERY in values
        ]
        if wide:
            said = "everything" if rule.everything else f"every one of {' and '.join(wide)}"
            severity = Severity.ERROR if rule.everything else None
            yield Note(message=f"the rule allows {said}", path=("rules", rule.position), severity=severity)
