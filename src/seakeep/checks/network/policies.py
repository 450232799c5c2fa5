"""Which pods network policies hold, and in which directions.

NetworkPolicy, Cilium's two kinds and Calico's two count. A policy with an empty selector holds all pods of its
namespace, or of the cluster. What holds a pod in a direction drops everything there that nothing allows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import Path, labels, mapping, mappings, text, texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Pod
from seakeep.manifests.selectors import matches

OWN = "NetworkPolicy"
CILIUM = "cilium.io/CiliumNetworkPolicy"
CILIUM_WIDE = "cilium.io/CiliumClusterwideNetworkPolicy"
CALICO = ("projectcalico.org/NetworkPolicy", "crd.projectcalico.org/NetworkPolicy")
CALICO_WIDE = ("projectcalico.org/GlobalNetworkPolicy", "crd.projectcalico.org/GlobalNetworkPolicy")
POLICIES = (OWN, CILIUM, CILIUM_WIDE, *CALICO, *CALICO_WIDE)
"""Types that hold pods."""
NAMESPACE_LABEL = "io.kubernetes.pod.namespace"


@dataclass(slots=True)
class Held:
    """Pods by identity, in each direction."""

    ingress: set[int] = field(default_factory=set)
    egress: set[int] = field(default_factory=set)


def held(index: Index) -> Held:
    """The pods that any policy holds. For Index.once."""
    found = Held()
    for policy in index.of(*POLICIES):
        for part in parts(policy):
            pods = [id(pod) for pod in part.selected(index)] if part.ingress or part.egress else []
            if part.ingress:
                found.ingress.update(pods)
            if part.egress:
                found.egress.update(pods)
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """One selector of a policy. Cilium's may have several. `path` leads to the selector. `expression` is Calico's own
    language; None where the selector is one of labels."""

    policy: Manifest
    path: Path
    selector: JsonObject
    expression: str | None
    everywhere: bool
    ingress: bool
    egress: bool

    def selected(self, index: Index) -> list[Pod]:
        """The pods that it holds. Pods in the node's network are held by nothing, and are left out."""
        if self.expression is None and not self.everywhere:
            found = index.selected(self.selector, self.policy.namespace)
        else:
            found = [pod for pod in index.pods if self._matches(pod)]
        return [pod for pod in found if pod.spec.get("hostNetwork") is not True]

    def _matches(self, pod: Pod) -> bool:
        if not self.everywhere and pod.namespace != self.policy.namespace:
            return False
        if self.expression is not None:
            return expressed(self.expression, pod.labels)
        return matches(self.selector, {**pod.labels, NAMESPACE_LABEL: pod.namespace})


def parts(policy: Manifest) -> Iterator[Part]:
    """The selectors of a policy of any kind."""
    if policy.type == OWN:
        types = texts(policy.spec, "policyTypes") or ["Ingress", *(["Egress"] if "egress" in policy.spec else [])]
        selector = mapping(policy.spec, "podSelector")
        yield Part(policy, ("spec", "podSelector"), selector, None, False, "Ingress" in types, "Egress" in types)
    elif policy.type in {CILIUM, CILIUM_WIDE}:
        specs: list[tuple[Path, JsonObject]] = [(("spec",), policy.spec)] if policy.spec else []
        specs += [(("specs", number), each) for number, each in mappings(policy.body, "specs")]
        for path, spec in specs:
            if "endpointSelector" in spec:
                selector = _plain(mapping(spec, "endpointSelector"))
                directions = [_denies(spec, direction) for direction in ("ingress", "egress")]
                where = (*path, "endpointSelector")
                yield Part(policy, where, selector, None, policy.type == CILIUM_WIDE, *directions)
    else:
        types = texts(policy.spec, "types") or ["Ingress", *(["Egress"] if "egress" in policy.spec else [])]
        words, everywhere = text(policy.spec, "selector"), policy.type in CALICO_WIDE
        yield Part(policy, ("spec", "selector"), {}, words, everywhere, "Ingress" in types, "Egress" in types)


def _denies(spec: JsonObject, direction: str) -> bool:
    """Whether a Cilium rule drops by default in the direction: it does as soon as it says anything about it."""
    if mapping(spec, "enableDefaultDeny").get(direction) is False:
        return False
    return direction in spec or f"{direction}Deny" in spec


def _plain(selector: JsonObject) -> JsonObject:
    """Without the source that Cilium writes before a label's name (`k8s:app`, `any:app`)."""
    made: dict[str, Json] = {}
    if "matchLabels" in selector:
        made["matchLabels"] = {_name(key): value for key, value in labels(selector, "matchLabels").items()}
    if "matchExpressions" in selector:
        made["matchExpressions"] = [
            {**each, "key": _name(text(each, "key"))} for _, each in mappings(selector, "matchExpressions")
        ]
    return made


def _name(key: str) -> str:
    return re.sub(r"^(k8s|any)[:.]", "", key)


_TERM = re.compile(r"([\w./\-]+)\s*(==|!=)\s*['\"]([^'\"]*)['\"]|(!?)\s*has\(([\w./\-]+)\)|(all\(\))")


def expressed(expression: str, wearing: Mapping[str, str]) -> bool:
    """Whether Calico's selector selects the labels: terms joined by `&&`. One that uses more of the language selects
    nothing here, so that nobody is called protected who may not be."""
    for written in expression.split("&&") if expression.strip() else ():
        match = _TERM.fullmatch(written.strip())
        if match is None:
            return False
        key, operator, value, negated, has, _ = match.groups()
        if key and (wearing.get(key) == value) != (operator == "=="):
            return False
        if has and (has in wearing) == bool(negated):
            return False
    return True
