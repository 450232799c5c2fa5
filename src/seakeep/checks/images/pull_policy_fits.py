"""What a tag names is what runs.

What: imagePullPolicy is not Never, and is Always where the tag is latest or missing; there Always is the default. For
a tag that stays, or a digest, IfNotPresent is right. Why: a node that has an old image runs it forever; with Never, a
node that has none runs nothing. Evidence: policy and tag. Fix: remove the policy.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.checks.images.reference import parse
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG004",
    title="the pull policy fits the tag",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove imagePullPolicy",
    references=("https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",),
    equivalents=(
        "kube-score:container-image-pull-policy",
        "kubescape:C-0075",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """What is not written is right by itself."""
    policy = container.body.get("imagePullPolicy")
    path = container.at("imagePullPolicy")
    if policy == "Never":
        return bad(f"container {container.name} runs only where its image happens to be", path)
    if policy != "IfNotPresent" or not container.image:
        return None
    found = parse(container.image)
    if found is not None and not found.digest and found.tag in {"", "latest"}:
        return bad(f"container {container.name} runs whatever {container.image} was when it was first pulled", path)
    return None
