"""An object has the fields without which the API refuses it.

What: fields that the schema requires, at any depth where the object that has them is written. Two that old schemas
require and every server takes as empty (rules of a role, podSelector of a NetworkPolicy) are left out. Why: the
object is refused when it is applied. Evidence: the path of the missing field. Fix: add it.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope
from seakeep.checks.schema.fields import What, answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="SCH003",
    title="every required field is there",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="add the field",
    equivalents=("kube-linter:schema-validation",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See SCH001."""
    return answer(manifest, index, What.MISSING, MOOT)
