"""Label selectors, as the API server understands them."""

from collections.abc import Mapping

from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import labels, mapping, mappings, text, texts


def matches(selector: JsonObject, wearing: Mapping[str, str]) -> bool:
    """Whether a selector with `matchLabels` and `matchExpressions` selects what wears the labels. An empty selector
    selects everything; an expression that no server would accept selects nothing."""
    for key, value in mapping(selector.get("matchLabels")).items():
        if wearing.get(key) != value:
            return False
    return all(_holds(each, wearing) for _, each in mappings(selector.get("matchExpressions")))


def _holds(expression: JsonObject, wearing: Mapping[str, str]) -> bool:
    key, operator, values = text(expression, "key"), text(expression, "operator"), texts(expression, "values")
    match operator:
        case "In":
            return wearing.get(key) in values
        case "NotIn":
            return wearing.get(key) not in values
        case "Exists":
            return key in wearing
        case "DoesNotExist":
            return key not in wearing
    return False


def plain(selector: Json) -> JsonObject:
    """A map of labels, as Services write it, in the form of the others."""
    return {"matchLabels": labels(selector)}
