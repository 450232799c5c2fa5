"""An audit policy says what it is.

What: apiVersion audit.k8s.io/v1 and kind Policy. Why: an API server does not start with a policy that only has rules,
nor with v1alpha1 or v1beta1, which are gone since 1.24. Evidence: the head of the document. Fix: `apiVersion:
audit.k8s.io/v1` and `kind: Policy`.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="KUB140",
    title="an audit policy says what it is",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("audit-policy",),
    remediation="apiVersion: audit.k8s.io/v1, kind: Policy",
    references=("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/",),
)


def judge(file: OperatorFile, _: Index) -> Answer:
    """A file of this form has rules with levels and no kind: one that has both is an object."""
    del file
    return bad("rules without apiVersion and kind: the API server does not start with it")
