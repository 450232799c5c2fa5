"""Every field of an object has the type that the API wants.

What: texts, numbers, booleans, lists and mappings at any depth, as in SCH001. Why: the API server refuses the whole
object; `value: 8080` in an environment, an annotation that is `true` and a port in quotes are the usual ones.
Evidence: the path, what is there and what belongs there. Fix: quotes around a number that must be text, or none
around one that must be a number.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope
from seakeep.checks.schema.fields import What, answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="SCH002",
    title="every field has the right type",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="write the value in the type that the field has",
    fixable=True,
    equivalents=("kube-linter:schema-validation",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See SCH001."""
    return answer(manifest, index, What.TYPE, MOOT)
