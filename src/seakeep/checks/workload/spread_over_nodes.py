"""Copies do not all sit on one node.

What: what has two copies or more has a topology spread constraint, or a pod anti-affinity, over hostnames or zones;
preferred ones count. Why: the scheduler's own default spreads softly, over three pods of difference: two copies may
well meet on one node, and go with it. Evidence: the pod's constraints. Fix: topologySpreadConstraints over
kubernetes.io/hostname and topology.kubernetes.io/zone with the pod's labels.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.workload.scaling import SCALED, copies
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD047",
    title="copies are spread over nodes",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    types=SCALED,
    remediation="add topologySpreadConstraints over kubernetes.io/hostname",
    references=("https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",),
    equivalents=(
        "kube-linter:no-anti-affinity",
        "kube-score:deployment-has-host-podantiaffinity",
        "kube-score:statefulset-has-host-podantiaffinity",
        "kube-score:pod-topology-spread-constraints",
        "polaris:topologySpreadConstraint",
    ),
)

DOMAINS = frozenset({"kubernetes.io/hostname", "topology.kubernetes.io/zone", "topology.kubernetes.io/region"})


def judge(pod: Pod, index: Index) -> Answer:
    """One copy has nothing to be spread from."""
    if copies(pod.manifest, index) < 2:
        return MOOT
    if any(text(each, "topologyKey") in DOMAINS for _, each in mappings(pod.spec, "topologySpreadConstraints")):
        return None
    rule = mapping(pod.spec, "affinity", "podAntiAffinity")
    terms = [each for _, each in mappings(rule, "requiredDuringSchedulingIgnoredDuringExecution")]
    terms += [
        mapping(each, "podAffinityTerm")
        for _, each in mappings(rule, "preferredDuringSchedulingIgnoredDuringExecution")
    ]
    if any(text(each, "topologyKey") in DOMAINS for each in terms):
        return None
    return bad("nothing keeps its copies from sharing a node", pod.at("topologySpreadConstraints"))
