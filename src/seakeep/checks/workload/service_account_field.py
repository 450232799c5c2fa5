"""The account is named in the field that is not deprecated.

What: serviceAccount is not used. Why: it is an old name of serviceAccountName; where the two differ, the old one is
ignored without a word. Evidence: the field. Fix: serviceAccountName.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad, drop, put
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD031",
    title="the account is named in serviceAccountName",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="rename serviceAccount to serviceAccountName",
    fixable=True,
    equivalents=(
        "kube-linter:deprecated-service-account-field",
        "kubescape:C-0294",
    ),
)


def judge(pod: Pod, index: Index) -> Answer:
    """Served objects have both: the server fills the old one in."""
    if "serviceAccount" not in pod.spec or index.policy.complete:
        return None
    old, path = pod.spec["serviceAccount"], pod.at("serviceAccount")
    given = pod.spec.get("serviceAccountName")
    if given is not None:
        return bad("serviceAccount is an old name of serviceAccountName, which is given too", path, fix=(drop(path),))
    fix = (put(pod.at("serviceAccountName"), old), drop(path))
    return bad("serviceAccount is an old name of serviceAccountName", path, fix=fix)
