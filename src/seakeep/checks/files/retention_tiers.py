"""Elasticsearch moves indices by node roles.

What: no `allocate` with require, include or exclude of `data` in an index lifecycle policy. Why: node attributes were
the way before 7.10; without such attributes indices stay where they are. Evidence: the phases. Fix: remove it:
`migrate` is done by itself in warm and cold.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="ILM001",
    title="Elasticsearch moves indices by node roles",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("ilm",),
    remediation="remove allocate, and give nodes the roles data_hot, data_warm, data_cold, data_frozen",
    references=("https://www.elastic.co/docs/reference/elasticsearch/index-lifecycle-actions/ilm-migrate",),
)


def judge(file: OperatorFile, _: Index) -> Iterator[Note]:
    """Other attributes (a rack) are no tier."""
    for phase, body in mapping(file.data, "policy", "phases").items():
        for how in ("require", "include", "exclude"):
            if "data" in mapping(body, "actions", "allocate", how):
                path = ("policy", "phases", phase, "actions", "allocate", how, "data")
                yield bad(f"{phase}: allocate.{how}.data asks for a node attribute", path)
