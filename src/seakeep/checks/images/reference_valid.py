"""The name of an image can be read.

What: registry, path, tag and digest are written as the distribution specification has it: lower case path, a tag of
at most 128 characters, a digest of 64 hexadecimal digits. A template that was not rendered is found by it. Why:
InvalidImageName, when the pod is already there. Evidence: the image. Fix: the right name.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.checks.images.reference import parse
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG009",
    title="the name of an image is one",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="write registry/path:tag@sha256:digest",
    references=("https://kubernetes.io/docs/concepts/containers/images/#image-names",),
)


def judge(container: Container, _: Index) -> Answer:
    """The parser's word."""
    if not container.image or parse(container.image) is not None:
        return None
    return bad(f"{container.image!r} is no name of an image", container.at("image"))
