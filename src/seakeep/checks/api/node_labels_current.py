"""A label by which a pod chooses its node is one that kubelets still set.

What: nodeSelector, node affinity, topology keys and spread constraints do not use beta.kubernetes.io/os,
beta.kubernetes.io/arch, beta.kubernetes.io/instance-type, failure-domain.beta.kubernetes.io/zone or region, nor
node-role.kubernetes.io/master, in labels or tolerations alone. Why: the first are deprecated since 1.14 and 1.17; the
label master is gone since 1.24, and its taint since 1.25: the pod waits, or is spread over nothing. Evidence: the
label. Fix: the name that took its place.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad, drop, put
from seakeep.core.finding import Severity
from seakeep.core.json import Json
from seakeep.manifests.access import Path, mapping, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="API007",
    title="pods choose nodes by labels that nodes have",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="use the label that took its place",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/labels-annotations-taints/",),
)

RENAMED = {
    "beta.kubernetes.io/os": "kubernetes.io/os",
    "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "node-role.kubernetes.io/master": "node-role.kubernetes.io/control-plane",
}
KEYS = frozenset({"key", "topologyKey"})


def judge(pod: Pod, _: Index) -> Iterator[Note]:
    """A toleration of both names is how one spans releases."""
    if "nodeSelector" in pod.spec:
        for name, value in mapping(pod.spec, "nodeSelector").items():
            if name in RENAMED:
                path = pod.at("nodeSelector", name)
                fix = (put(pod.at("nodeSelector", RENAMED[name]), value), drop(path))
                yield bad(f"{name} is now {RENAMED[name]}", path, fix=fix)
    for field in ("affinity", "topologySpreadConstraints"):
        if field in pod.spec:
            yield from _keys(pod.spec[field], pod.at(field))
    tolerated = {text(each, "key"): place for place, each in mappings(pod.spec, "tolerations")}
    old = "node-role.kubernetes.io/master"
    if old in tolerated and RENAMED[old] not in tolerated:
        yield bad(f"the taint {old} is now {RENAMED[old]}", pod.at("tolerations", tolerated[old]))


def _keys(value: Json, path: Path) -> Iterator[Note]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name in KEYS and isinstance(item, str) and item in RENAMED:
                yield bad(f"{item} is now {RENAMED[item]}", (*path, name), fix=(put((*path, name), RENAMED[item]),))
            elif isinstance(item, dict | list):
                yield from _keys(item, (*path, name))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _keys(item, (*path, position))
