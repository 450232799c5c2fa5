"""What an audit policy records: the first rule that matches a request decides."""

from collections.abc import Iterator
from dataclasses import dataclass

from seakeep.core.json import JsonObject
from seakeep.manifests.access import Path, mappings, text, texts
from seakeep.manifests.model import Manifest

LEVELS = ("None", "Metadata", "Request", "RequestResponse")
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a request: the level, and the rule that says so. What no rule matches is not recorded."""

    level: str
    path: Path


def is_policy(each: Manifest) -> bool:
    """Other groups have kinds of this name too."""
    return each.group == "audit.k8s.io"


def decide(each: Manifest, verb: str, group: str, resource: str) -> Decision:
    """For a request of anybody, in any namespace: rules about some users or namespaces only are passed over."""
    for number, rule in mappings(each.body, "rules"):
        if _matches(rule, verb, group, resource):
            return Decision(text(rule, "level"), ("rules", number))
    return Decision("None", ("rules",))


def _matches(rule: JsonObject, verb: str, group: str, resource: str) -> bool:
    if any(rule.get(key) for key in ("users", "userGroups", "namespaces")):
        return False
    if rule.get("nonResourceURLs"):
        return False
    verbs = texts(rule, "verbs")
    if verbs and verb not in verbs and "*" not in verbs:
        return False
    asked = list(mappings(rule, "resources"))
    return not asked or any(_covers(item, group, resource) for _, item in asked)


def _covers(item: JsonObject, group: str, resource: str) -> bool:
    if text(item, "group") not in (group, "*") or texts(item, "resourceNames"):
        return False
    resources = texts(item, "resources")
    return not resources or any(_same(given, resource) for given in resources)


def _same(given: str, resource: str) -> bool:
    if given in {"*", resource}:
        return True
    whole, _, part = resource.partition("/")
    return bool(part) and given in {f"*/{part}", f"{whole}/*"}


def secret_requests() -> Iterator[tuple[str, str, str]]:
    """(verb, group, resource) of everything that may show a secret or make a token."""
    for verb in VERBS:
        yield verb, "", "secrets"
    yield "create", "", "serviceaccounts/token"
    yield "create", "authentication.k8s.io", "tokenreviews"
