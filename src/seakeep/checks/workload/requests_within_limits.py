"""A container asks for no more than it may have.

What: each request that has a limit is not above it; requests and limits are not negative; what cannot be
overcommitted (huge pages, devices) has both equal. Why: the API server refuses the pod. For a Deployment it accepts
the template, and no pod ever comes. Evidence: both numbers. Fix: lower the request or raise the limit.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container
from seakeep.manifests.quantity import quantity

CHECK = Check(
    id="POD035",
    title="no request is above its limit",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="lower the request or raise the limit",
    references=("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",),
)

OVERCOMMITTED = frozenset({"cpu", "memory", "ephemeral-storage"})


def judge(container: Container, _: Index) -> Iterator[Note]:
    """What is no quantity is for SCH004."""
    if not container.requests or not container.limits:
        return
    for name, asked in container.requests.items():
        if name not in container.limits:
            continue
        request, limit = quantity(asked), quantity(container.limits[name])
        if request is None or limit is None:
            continue
        path = container.at("resources", "requests", name)
        if request > limit:
            yield bad(f"container {container.name} requests {asked} {name} and may have {container.limits[name]}", path)
        elif request != limit and name not in OVERCOMMITTED:
            yield bad(f"container {container.name} must request as much {name} as it may have", path)
