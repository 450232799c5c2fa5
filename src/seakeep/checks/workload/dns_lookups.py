"""A pod that calls the outside asks DNS once, not five times.

What: dnsConfig has the option ndots with a value of 2 or less, or the pod does not use the cluster's DNS. INFO: it
matters where much is called outside. Why: with the default of 5 each name with fewer dots is tried with every search
domain first: eight questions that fail for one that does not. Evidence: the option. Fix: ndots 2, or names that end
with a dot.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD067",
    title="names outside the cluster take one question",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="set dnsConfig.options ndots to 2",
    references=("https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config",),
    equivalents=("kube-linter:dnsconfig-options",),
)


def judge(pod: Pod, _: Index) -> Answer:
    """Only pods that have the cluster's search domains."""
    if text(pod.spec, "dnsPolicy") in {"Default", "None"} or pod.spec.get("hostNetwork") is True:
        return MOOT
    for _position, option in mappings(pod.spec, "dnsConfig", "options"):
        if option.get("name") == "ndots" and str(option.get("value")) in {"0", "1", "2"}:
            return None
    return bad("each name outside the cluster is tried with all search domains", pod.at("dnsConfig", "options"))
