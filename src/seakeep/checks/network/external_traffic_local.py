"""Requests from outside keep their sender and take one hop.

What: Services of type LoadBalancer have externalTrafficPolicy: Local. INFO: Cluster spreads more evenly, and works
where the load balancer does not ask nodes for their health. A NodePort with Local is said too: nodes without a pod
drop what comes. Why: with Cluster the pods see the address of a node, and half of the requests go over another node.
Evidence: the policy. Fix: Local.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET012",
    title="what comes from outside takes no detour",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Service",),
    remediation="set externalTrafficPolicy: Local on load balancers",
    references=(
        "https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#preserving-the-client-source-ip",
    ),
    equivalents=(
        "popeye:POP-1107",
        "popeye:POP-1108",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """The default is Cluster."""
    kind, policy = manifest.spec.get("type"), manifest.spec.get("externalTrafficPolicy")
    path = ("spec", "externalTrafficPolicy")
    if kind == "LoadBalancer" and policy != "Local":
        return bad("its pods do not see who asks", path)
    if kind == "NodePort" and policy == "Local":
        return bad("nodes without one of its pods drop what comes to the port", path)
    return None
