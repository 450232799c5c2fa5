"""A container takes no port of its node.

What: no entry of ports has a hostPort. In a pod with hostNetwork every containerPort is one; POD009 says so. Why:
only one such pod fits on a node, the port is open past Services and NetworkPolicies of other pods, and it comes in
conflict with what the node runs. Evidence: the port. Fix: a Service.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD023",
    title="no port of the node is taken",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove hostPort, and publish with a Service",
    references=("https://kubernetes.io/docs/concepts/configuration/overview/",),
    equivalents=(
        "polaris:hostPortSet",
        "kubescape:C-0044",
        "kubescape:C-0204",
        "checkov:CKV_K8S_26",
        "gatekeeper:host-network-ports",
        "kubeeye:HostPortAllowed",
        "cis-1.12:5.2.12",
    ),
)


def judge(container: Container, _: Index) -> Iterator[Note]:
    """One note for each; zero is none."""
    if "ports" in container.body and container.pod.spec.get("hostNetwork") is not True:
        for position, port in mappings(container.body, "ports"):
            if port.get("hostPort"):
                path = container.at("ports", position, "hostPort")
                yield bad(f"container {container.name} takes port {port['hostPort']} of its node", path)
