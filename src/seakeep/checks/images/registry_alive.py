"""Images come from where they are still kept up.

What: k8s.gcr.io, gcr.io/google_containers and gcr.io/google-containers are not used. Why: nothing new has come there
since April 2023, fixes included, and it will be switched off. Evidence: the image. Fix: registry.k8s.io, under the
same name.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad, put
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG006",
    title="no image comes from a registry that has ended",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="use registry.k8s.io",
    fixable=True,
    references=("https://kubernetes.io/blog/2023/03/10/image-registry-redirect/",),
    equivalents=("kubescape:C-0253",),
)

GONE = ("k8s.gcr.io/", "gcr.io/google_containers/", "gcr.io/google-containers/")


def judge(container: Container, _: Index) -> Answer:
    """The names behind it are the same."""
    for each in GONE:
        if container.image.startswith(each):
            path = container.at("image")
            moved = f"registry.k8s.io/{container.image.removeprefix(each)}"
            return bad(f"{each.rstrip('/')} has ended", path, fix=(put(path, moved),))
    return None
