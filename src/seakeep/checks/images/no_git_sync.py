"""What runs is what was built.

What: no container is git-sync that fetches from an address that comes from the environment or without a revision.
INFO. Why: whoever writes to the repository, or to the variable, changes what runs, past the pipeline and its checks.
Evidence: the image and its arguments. Fix: an image with the contents, or --ref with a revision, and the address in
the manifest.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text, texts
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG011",
    title="code is in images, not fetched at the start",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="build an image, or give git-sync a revision",
    equivalents=("checkov:CKV_K8S_159",),
)


def judge(container: Container, _: Index) -> Answer:
    """Its arguments, and the variables that it reads."""
    if "git-sync" not in container.image:
        return None
    words = [*texts(container.body, "args"), *texts(container.body, "command")]
    revision = any(word.startswith(("--ref=", "--rev=", "-rev=")) for word in words)
    revision = revision or any(
        text(each, "name") in {"GITSYNC_REF", "GIT_SYNC_REV"} for _, each in mappings(container.body, "env")
    )
    outside = any("$(" in word for word in words if "repo" in word)
    if revision and not outside:
        return None
    said = "from an address that comes from outside" if outside else "whatever is newest"
    return bad(f"container {container.name} fetches {said}", container.at("image"))
