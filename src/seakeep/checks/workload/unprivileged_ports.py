"""A container needs no right of root to listen.

What: no containerPort is below 1024. INFO: net.ipv4.ip_unprivileged_port_start, which runtimes set to 0, allows it
without any right. Why: a program that binds low ports tends to start as root. Evidence: the port. Fix: a port above
1023; the Service keeps its own.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, number
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD061",
    title="containers listen above 1023",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="listen above 1023, and keep the Service's port",
    equivalents=("kube-linter:privileged-ports",),
)


def judge(container: Container, _: Index) -> Answer:
    """The first of them."""
    for position, port in mappings(container.body, "ports") if "ports" in container.body else ():
        found = number(port, "containerPort")
        if found is not None and 0 < found < 1024:
            return bad(
                f"container {container.name} listens on {found}", container.at("ports", position, "containerPort")
            )
    return None
