"""An audit policy has a version that API servers read.

What: audit.k8s.io/v1. Why: v1alpha1 and v1beta1 are gone since 1.24. Evidence: apiVersion. Fix: `apiVersion:
audit.k8s.io/v1`.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad, put
from seakeep.checks.programs.audit import is_policy
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB141",
    title="an audit policy has a version that API servers read",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("Policy",),
    remediation="apiVersion: audit.k8s.io/v1",
    fixable=True,
)


def judge(each: Manifest, _: Index) -> Answer:
    """There is one version."""
    if not is_policy(each):
        return MOOT
    path = ("apiVersion",)
    if each.version == "v1":
        return None
    return bad(f"{each.api_version} is not read any more", path, fix=(put(path, "audit.k8s.io/v1"),))
