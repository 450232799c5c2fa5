"""A probe asks a port that the container listens on.

What: a port that a probe or a lifecycle hook names is among the container's ports; a number is too, where the
container lists any. A container that lists no ports may listen anywhere. Why: a name that is not there fails every
probe: the container is restarted forever, or never ready. A number beside the list is usually a typing mistake, and a
warning. Evidence: the port and the list. Fix: the right port.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD040",
    title="probes ask ports that the container has",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="use a port of the container",
    equivalents=(
        "kube-linter:liveness-port",
        "kube-linter:readiness-port",
        "kube-linter:startup-port",
    ),
)

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def judge(container: Container, _: Index) -> Iterator[Note]:
    """`ports` informs and opens nothing; only names must be there."""
    for probe in PROBES:
        if probe not in container.body:
            continue
        for question in ("httpGet", "tcpSocket", "grpc"):
            asked = dig(container.body, probe, question, "port")
            if asked is None:
                continue
            named, numbers = _ports(container)
            path = container.at(probe, question, "port")
            if isinstance(asked, str) and not asked.isdigit():
                if asked not in named:
                    yield bad(f"container {container.name} has no port {asked}", path, ports=sorted(named))
            elif numbers and str(asked) not in numbers:
                yield Note(
                    message=f"container {container.name} does not list port {asked}", path=path,
                    severity=Severity.WARNING, evidence={"ports": sorted(numbers)},
                )  # fmt: skip


def _ports(container: Container) -> tuple[set[str], set[str]]:
    """Names, and numbers as text."""
    listed = [port for _, port in mappings(container.body, "ports")]
    return {text(port, "name") for port in listed} - {""}, {str(port.get("containerPort")) for port in listed}
