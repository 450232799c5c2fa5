"""A field that is one of a few words has one of them.

What: enumerations and quantities at any depth, as in SCH001. Why: the API server refuses the object; `always` is not
`Always`, and `500MB` is no quantity. Evidence: the value and those that exist. Fix: the right word; where only case
differs there is one.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope
from seakeep.checks.schema.fields import What, answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="SCH004",
    title="every choice is one of those that exist",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="use one of the words that the field takes",
    fixable=True,
    equivalents=("kube-linter:schema-validation",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See SCH001."""
    return answer(manifest, index, What.VALUE, MOOT)
