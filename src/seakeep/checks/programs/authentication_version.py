"""The authentication configuration has a version that API servers read.

What: apiserver.config.k8s.io/v1 from Kubernetes 1.34, v1beta1 for 1.30 to 1.33. Why: an API server does not start
with a version that it does not know. Evidence: apiVersion, and the version that the run is for. Fix: apiVersion:
apiserver.config.k8s.io/v1.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB130",
    title="the authentication configuration has a version that API servers read",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("AuthenticationConfiguration",),
    remediation="apiVersion: apiserver.config.k8s.io/v1 from Kubernetes 1.34, v1beta1 before",
    references=("https://kubernetes.io/docs/reference/access-authn-authz/authentication/",),
)

_SINCE = {"v1alpha1": (1, 29), "v1beta1": (1, 30), "v1": (1, 34)}
_UNTIL = {"v1alpha1": (1, 33)}


def judge(each: Manifest, index: Index) -> Answer:
    """v1beta1 is still read beside v1."""
    target = index.policy.target
    since = _SINCE.get(each.version)
    if since is None:
        return bad(f"{each.api_version} is not known", ("apiVersion",))
    if target < since:
        return bad(f"{each.api_version} is read from {since[0]}.{since[1]} on", ("apiVersion",))
    if target > _UNTIL.get(each.version, target):
        return bad(f"{each.api_version} is not read any more", ("apiVersion",))
    return None
