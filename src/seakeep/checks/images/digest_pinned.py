"""An image cannot be replaced under its name.

What: each image has a digest. INFO: tags are what people and update tools read; the two can stand together. Why: who
can write to the registry otherwise changes what runs, without a change of any manifest. Evidence: the image. Fix:
image:tag@sha256:..., kept up by a tool.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG002",
    title="images are named by digest",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="add the digest behind the tag",
    equivalents=(
        "checkov:CKV_K8S_43",
        "gatekeeper:imagedigests",
        "kubescape:C-0306",
        "kubescape:C-0304",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """By the one character that is in no tag."""
    if not container.image:
        return MOOT
    if "@" in container.image:
        return None
    return bad(f"image {container.image} has no digest", container.at("image"))
