"""What is published to the outside says to whom.

What: Services of type LoadBalancer have loadBalancerSourceRanges, or are internal by annotation. INFO: what is public
is meant to be. Why: the type alone publishes to the whole internet on most platforms, and costs money. Evidence: the
ranges. Fix: loadBalancerSourceRanges, or an Ingress or a Gateway that many share.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET010",
    title="a load balancer is open to those who are meant",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Service",),
    remediation="set loadBalancerSourceRanges",
    equivalents=(
        "kube-linter:exposed-services",
        "kubescape:C-0256",
        "popeye:POP-1103",
        "gatekeeper:block-loadbalancer-services",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """Platforms call it internal in annotations of their own; all have the word in their name or value."""
    if manifest.spec.get("type") != "LoadBalancer":
        return None
    ranges = texts(manifest.spec, "loadBalancerSourceRanges")
    if ranges and not {"0.0.0.0/0", "::/0"} & set(ranges):
        return None
    if any("internal" in f"{key}={value}".lower() for key, value in manifest.annotations.items()):
        return None
    return bad("it is open to whoever reaches the load balancer", ("spec", "loadBalancerSourceRanges"))
