"""DNS survives the loss of any node, and of any site.

What: two replicas of CoreDNS or more that are ready, on different nodes, and in different sites where there are
several. Why: without DNS everything in the cluster is down, whatever else runs. Evidence: the pods with the label
k8s-app=kube-dns. Fix: two replicas with a topology spread over zones and a PodDisruptionBudget.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, wrong
from seakeep.core.finding import Severity

CHECK = Check(
    id="LIV001",
    title="DNS survives the loss of any node and site",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("pods",),
    remediation="two replicas or more, spread over nodes and sites",
)


def judge(live: Live) -> Iterable[Note]:
    """A cluster of one node has nothing to spread over."""
    sites = {machine.name: machine.site for machine in live.design.nodes}
    pods = [pod for pod in live.pods if pod.labels.get("k8s-app") == "kube-dns" and pod.ready]
    nodes = {pod.node for pod in pods}
    there = {sites.get(node, "") for node in nodes}
    told = f"{len(pods)} ready on {', '.join(sorted(nodes)) or 'no node'}"
    if len(pods) < 2:
        yield wrong("DNS", told)
    elif len(nodes) < 2 <= len(live.design.nodes):
        yield wrong("DNS", f"{told}: its loss is the loss of DNS")
    elif len(there) < 2 <= len(set(sites.values())):
        yield wrong("DNS", f"{told}: all in site {', '.join(sorted(there))}")
    else:
        yield good("DNS", told)
