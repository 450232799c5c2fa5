"""What an expression of Prometheus is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Quantile:
    """A histogram_quantile, and the number that it is compared with, where it is."""

    metrics: tuple[str, ...]
    above: float | None


@dataclass(frozen=True, slots=True)
class Query:
    """An expression. `metrics` are the names of everything that it selects, in their order."""

    metrics: tuple[str, ...]
    quantiles: tuple[Quantile, ...]


def parse(text: str) -> Query:
    """ValueError, with what is wrong, for what is no expression."""
    import promql_parser  # noqa: PLC0415 - few folders have rules, and all would wait for it

    tree = promql_parser.parse(text)
    return Query(metrics=tuple(dict.fromkeys(_names(tree))), quantiles=tuple(_quantiles(tree, None)))


def _quantiles(node: Any, above: float | None) -> Iterator[Quantile]:
    """`above` is the number that the node has to exceed."""
    if _is(node, "Call") and node.func.name == "histogram_quantile":
        yield Quantile(tuple(_names(node)), above)
    if _is(node, "BinaryExpr") and str(node.op) in {">", ">="} and _is(node.rhs, "NumberLiteral"):
        yield from _quantiles(node.lhs, node.rhs.val)
        return
    for child in _children(node):
        yield from _quantiles(child, above if _is(node, "ParenExpr") else None)


def _is(node: Any, name: str) -> bool:
    return type(node).__name__ == name


def _children(node: Any) -> list[Any]:
    match type(node).__name__:
        case "Call":
            return list(node.args)
        case "BinaryExpr":
            return [node.lhs, node.rhs]
        case "AggregateExpr" | "ParenExpr" | "UnaryExpr" | "SubqueryExpr":
            return [node.expr]
        case "MatrixSelector":
            return [node.vector_selector]
        case _:
            return []


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for child in _children(node):
        yield from _walk(child)


def _names(node: Any) -> Iterator[str]:
    for each in _walk(node):
        if _is(each, "VectorSelector") and each.name:
            yield each.name
