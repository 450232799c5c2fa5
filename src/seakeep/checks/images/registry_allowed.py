"""Nobody runs what comes from just anywhere.

What: the image begins with one of the registries that the run was told (a host, or a host and a path); names without
a host are docker.io's. Without such a list nothing is asked. Why: anybody publishes images, also under names that
look like known ones. Evidence: the registry. Fix: a mirror of your own.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.images.reference import parse
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG003",
    title="images come from registries that you trust",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="mirror it, or add the registry to the list",
    equivalents=(
        "popeye:POP-113",
        "kubescape:C-0001",
        "kubescape:C-0078",
        "gatekeeper:allowedrepos",
        "gatekeeper:allowedreposv2",
        "gatekeeper:disallowedrepos",
        "kubescape:C-0304",
    ),
)


def judge(container: Container, index: Index) -> Answer:
    """Whole path components: `a.example/team` allows nothing of `a.example/teams`."""
    allowed = index.policy.registries
    if not allowed or not container.image:
        return MOOT
    found = parse(container.image)
    if found is None:
        return None
    name = f"{found.repository}/"
    if any(name.startswith(f"{each.rstrip('/')}/") for each in allowed):
        return None
    return bad(f"image {container.image} comes from {found.registry}", container.at("image"), allowed=list(allowed))
