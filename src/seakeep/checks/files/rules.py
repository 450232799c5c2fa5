"""Prometheus rules, in files and in PrometheusRule objects."""

from collections.abc import Iterator
from dataclasses import dataclass

from seakeep.formats.promql import Query, parse
from seakeep.manifests.access import Path, mappings, text
from seakeep.manifests.index import Index, OperatorFile
from seakeep.manifests.model import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An alert or a recorded series. `query` is None where the expression is none: `wrong` says why."""

    name: str
    alert: bool
    expr: str
    query: Query | None
    wrong: str
    path: Path
    about: Manifest | OperatorFile


def rules(index: Index) -> list[Rule]:
    """All that were given."""
    made: list[Rule] = []
    for file in index.files("prometheus-rules"):
        made += _groups(file.data, (), file)
    for each in index.of("monitoring.coreos.com/PrometheusRule"):
        made += _groups(each.spec, ("spec",), each)
    return made


def recorded(index: Index) -> frozenset[str]:
    """The series that the rules themselves make."""
    return frozenset(rule.name for rule in index.once(rules) if not rule.alert)


def _groups(data: object, prefix: Path, about: Manifest | OperatorFile) -> Iterator[Rule]:
    for number, group in mappings(data, "groups"):  # type: ignore[arg-type]  # access takes anything
        for position, rule in mappings(group, "rules"):
            alert = text(rule, "alert")
            name, expr = alert or text(rule, "record"), text(rule, "expr")
            if not name:
                continue
            query, wrong = None, "no expr"
            if expr:
                try:
                    query, wrong = parse(expr), ""
                except ValueError as error:
                    wrong = str(error).strip()
            path = (*prefix, "groups", number, "rules", position, "expr")
            yield Rule(name=name, alert=bool(alert), expr=expr, query=query, wrong=wrong, path=path, about=about)
