"""A private image is not run by whoever finds it on a node.

What: imagePullPolicy is Always. INFO: kubelets from 1.35 on verify the credentials of the pod for images that are
there (KubeletEnsureSecretPulledImages); before, only Always, or the admission plugin AlwaysPullImages, asked for
them. Why: on a shared node, a pod without credentials could run an image that somebody else pulled. Evidence: the
policy. Fix: Always, where tenants share nodes and kubelets are older.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG005",
    title="who starts a container may pull its image",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="set imagePullPolicy: Always, where tenants share nodes",
    equivalents=(
        "kube-score:container-image-pull-policy",
        "polaris:pullPolicyNotAlways",
        "checkov:CKV_K8S_15",
        "kubeeye:ImagePullPolicyNotAlways",
    ),
)


def judge(container: Container, index: Index) -> Answer:
    """The default is Always for latest alone."""
    if index.policy.target >= (1, 35):
        return MOOT
    policy = container.body.get("imagePullPolicy")
    if policy == "Always" or (policy is None and container.image.endswith(":latest")):
        return None
    return bad(
        f"container {container.name} may run an image that its pod could not pull", container.at("imagePullPolicy")
    )
