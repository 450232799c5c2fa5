"""Whom a policy allows is there.

What: podSelector and namespaceSelector of each peer of a NetworkPolicy select something among the objects. An empty
selector selects everything. A peer in another namespace is only judged where that namespace's labels are known. Why:
a mistake in a label closes the way that the policy was to open. Evidence: the selector. Fix: the labels of the pods
or namespaces; kubernetes.io/metadata.name is on every namespace.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import Path, dig, mapping, mappings
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.selectors import matches

CHECK = Check(
    id="NET004",
    title="the peers of a network policy exist",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("NetworkPolicy",),
    remediation="use the labels of the pods or namespaces",
    equivalents=(
        "kube-linter:dangling-networkpolicypeer-podselector",
        "popeye:POP-1201",
        "popeye:POP-1202",
        "popeye:POP-1208",
    ),
)


def judge(manifest: Manifest, index: Index) -> Iterator[Note]:
    """Both directions."""
    for direction, end in (("ingress", "from"), ("egress", "to")):
        for position, rule in mappings(manifest.spec, direction) if direction in manifest.spec else ():
            for number_, peer in mappings(rule, end):
                path = ("spec", direction, position, end, number_)
                note = _one(manifest, peer, path, index)
                if note is not None:
                    yield note


def _one(manifest: Manifest, peer: JsonObject, path: Path, index: Index) -> Note | None:
    pods = peer.get("podSelector")
    if "namespaceSelector" not in peer:
        if not isinstance(pods, dict) or not pods or index.selected(pods, manifest.namespace):
            return None
        message = f"its peer selects no pods in {manifest.namespace}"
        return missing(index, "Pod", manifest.namespace, message, (*path, "podSelector"))
    selector = mapping(peer, "namespaceSelector")
    if not selector:
        return None
    chosen = [each for each in index.of("Namespace") if matches(selector, {NAME: each.name, **each.labels})]
    if not chosen:
        named = dig(selector, "matchLabels", NAME)
        if isinstance(named, str) and not index.policy.complete:
            return None
        return missing(index, "Namespace", "", "its peer selects no namespace", (*path, "namespaceSelector"))
    if not index.policy.complete or not isinstance(pods, dict) or not pods:
        return None
    if any(index.selected(pods, each.name) for each in chosen):
        return None
    return bad("its peer selects no pods in the namespaces that it selects", (*path, "podSelector"))


NAME = "kubernetes.io/metadata.name"
