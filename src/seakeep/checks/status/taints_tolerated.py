"""Every taint is tolerated by something that runs.

What: taints of served Nodes that nobody made for a reason of the moment (those under node.kubernetes.io come and go),
against the tolerations of all pod templates. Why: a node that nothing may run on stands idle, mostly because key or
value were mistyped on one side. Evidence: the taint. Fix: the taint, or the toleration.
"""

from seakeep.checks.base import MOOT, Answer, Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="STA009",
    title="every taint is tolerated by something",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("Node",),
    remediation="correct the taint, or the toleration",
    equivalents=("popeye:POP-700",),
)
PASSING = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/")


def tolerations(index: Index) -> list[JsonObject]:
    """Those of all pod templates, each once."""
    found = {
        tuple(text(each, name) for name in ("key", "operator", "value", "effect")): each
        for pod in index.pods
        for _, each in mappings(pod.spec, "tolerations")
    }
    return list(found.values())


def judge(manifest: Manifest, index: Index) -> Answer:
    """One note for each taint."""
    taints = [
        (number, each)
        for number, each in mappings(manifest.spec, "taints")
        if not text(each, "key").startswith(PASSING)
    ]
    if not taints or not index.policy.complete:
        return MOOT
    return [
        _note(number, taint)
        for number, taint in taints
        if not any(_fits(each, taint) for each in index.once(tolerations))
    ]


def _note(number: int, taint: JsonObject) -> Note:
    said = f"{text(taint, 'key')}={text(taint, 'value')}:{text(taint, 'effect')}"
    return bad(f"nothing tolerates {said}", ("spec", "taints", number))


def _fits(toleration: JsonObject, taint: JsonObject) -> bool:
    if text(toleration, "effect") not in {"", text(taint, "effect")}:
        return False
    if text(toleration, "operator") == "Exists":
        return text(toleration, "key") in {"", text(taint, "key")}
    return (text(toleration, "key"), text(toleration, "value")) == (text(taint, "key"), text(taint, "value"))
