"""Services and policies can say what they mean by name.

What: every port of a container has a name. INFO. Why: a Service that targets a name goes on when the number changes,
and during the rollout that changes it. Evidence: the port. Fix: name: http.
"""

from seakeep.checks.base import LONG_RUNNING, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD063",
    title="ports have names",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=LONG_RUNNING,
    remediation="give the port a name",
    equivalents=(
        "popeye:POP-105",
        "popeye:POP-108",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """The first of them."""
    for position, port in mappings(container.body, "ports") if "ports" in container.body else ():
        if not port.get("name"):
            return bad(f"a port of container {container.name} has no name", container.at("ports", position))
    return None
