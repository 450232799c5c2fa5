"""An admission configuration has a version that API servers read.

What: apiserver.config.k8s.io/v1. Why: v1alpha1 is old, and apiserver.k8s.io/v1alpha1 is gone. Evidence: apiVersion.
Fix: `apiVersion: apiserver.config.k8s.io/v1`.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, put
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB161",
    title="an admission configuration has a version that API servers read",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("AdmissionConfiguration",),
    remediation="apiVersion: apiserver.config.k8s.io/v1",
    fixable=True,
)


def judge(each: Manifest, _: Index) -> Answer:
    """There is one version."""
    if each.api_version == "apiserver.config.k8s.io/v1":
        return None
    return bad(
        f"{each.api_version} is dated", ("apiVersion",), fix=(put(("apiVersion",), "apiserver.config.k8s.io/v1"),)
    )
