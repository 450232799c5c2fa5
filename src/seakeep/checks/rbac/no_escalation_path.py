"""Who has a namespace does not have the cluster over somebody else's account.

What: from each subject, over accounts that it can become with what it has in a namespace (starting pods, commands in
pods, tokens, Secrets, impersonation), to an account that a binding for all namespaces makes as good as an
administrator; over any number of accounts. Who is an administrator without a way is said by RBAC002 and the checks of
powers. Why: each step looks harmless where it is written. Evidence: the whole way. Fix: take one step away; accounts
with such powers live in a namespace of their own.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.rbac.grants import own
from seakeep.checks.rbac.paths import Ways
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="RBAC033",
    title="no way leads from one namespace to the whole cluster",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.INDEX,
    remediation="move the powerful account to a namespace of its own, or take one step away",
    references=(
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#kubernetes-rbac-privilege-escalation-risks",
    ),
    equivalents=(
        "rbac-police:obtain_token_weak_ns",
        "rbac-police:rce_weak_ns",
        "rbac-police:assign_sa",
        "checkov:CKV2_K8S_1",
    ),
)


def judge(index: Index) -> Iterator[Note]:
    """One note for each subject, about the binding that its way begins with."""
    ways = index.once(Ways)
    for subject in sorted(ways.grants.by_subject):
        found = ways.escalation(subject)
        if found is None or own(found[1].manifest):
            continue
        way, binding = found
        accounts = sum(1 for step in way[1:] if step.startswith("ServiceAccount "))
        message = f"{subject} can have the whole cluster over {accounts} other account{'s' if accounts > 1 else ''}"
        yield Note(message=message, path=("roleRef",), about=binding.manifest, evidence={"path": " -> ".join(way)})
