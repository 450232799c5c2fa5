"""A pod cannot call everything.

What: a policy for egress selects the pods, of any of the kinds of NET001. INFO: allowing names outside the cluster
takes a network plugin that knows names. Why: what was broken into fetches its tools, and sends data away, over the
way out. Evidence: the policies of the namespace. Fix: deny egress in the namespace, and allow DNS and what is meant.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.network.policies import held
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="NET002",
    title="a network policy says what may be called",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="add a NetworkPolicy for egress",
    equivalents=(
        "kubescape:C-0030",
        "kubescape:C-0301",
        "popeye:POP-1205",
    ),
)


def judge(pod: Pod, index: Index) -> Answer:
    """By the index of all policies."""
    if pod.spec.get("hostNetwork") is True:
        return MOOT
    if id(pod) in index.once(held).egress:
        return None
    return bad(f"no policy in {pod.namespace} says what its pods may call", pod.template_path)
