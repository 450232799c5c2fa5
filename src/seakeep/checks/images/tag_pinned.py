"""An image is named by a version, not by whatever is newest.

What: each image has a digest, or a tag that is none of latest, stable, main, master, edge, nightly, dev and their
like. Why: what runs then differs from node to node and from restart to restart; there is nothing to roll back to.
Evidence: the image. Fix: the version, or better the digest.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.images.reference import parse
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG001",
    title="images have a tag that stays",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="name the version, or the digest",
    references=("https://kubernetes.io/docs/concepts/containers/images/",),
    equivalents=(
        "kube-linter:latest-tag",
        "kube-score:container-image-tag",
        "polaris:tagNotSpecified",
        "checkov:CKV_K8S_14",
        "popeye:POP-100",
        "popeye:POP-101",
        "gatekeeper:disallowedtags",
        "kubeeye:ImageTagIsLatest",
        "kubeeye:ImageTagMiss",
    ),
)

MOVING = frozenset(
    {"latest", "stable", "main", "master", "edge", "nightly", "dev", "develop", "head", "canary", "rolling", "snapshot"}
)


def judge(container: Container, _: Index) -> Answer:
    """A container without an image is for SCH003 and its like."""
    if not container.image:
        return MOOT
    found = parse(container.image)
    if found is None or found.digest:
        return None
    if not found.tag:
        return bad(f"image {container.image} has no tag: it is whatever is newest", container.at("image"))
    if found.tag.lower() in MOVING:
        return bad(f"image {container.image} has a tag that moves", container.at("image"))
    return None
