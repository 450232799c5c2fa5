"""A Service is not open on every node.

What: the type is not NodePort. Why: the port is open on every address of every node, past whatever stands before the
cluster, and firewalls rarely know of it. Evidence: the type. Fix: ClusterIP behind an Ingress or a Gateway, or
LoadBalancer.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET009",
    title="no Service takes a port of all nodes",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Service",),
    remediation="use ClusterIP behind an Ingress or a Gateway",
    equivalents=(
        "kube-score:service-type",
        "kube-linter:exposed-services",
        "popeye:POP-1104",
        "gatekeeper:block-nodeport-services",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """The type."""
    return (
        bad("its ports are open on every node", ("spec", "type")) if manifest.spec.get("type") == "NodePort" else None
    )
