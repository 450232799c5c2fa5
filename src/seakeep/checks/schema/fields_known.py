"""Every field of an object is one that its type has.

What: all field names, at any depth, are compared with the OpenAPI documents of the target's minor (the nearest that
is known), or with a CustomResourceDefinition that is among the objects. Names are case-sensitive. What has no known
schema is the business of SCH006, and `status` is not the author's. Why: the API server drops what it does not know,
and the setting is silently not there. Evidence: the path, and the nearest name. Fix: the right name; where only case,
hyphens or underscores differ there is one.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope
from seakeep.checks.schema.fields import What, answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="SCH001",
    title="every field exists in the target version",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="use the field's right name",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",),
    equivalents=("kube-linter:schema-validation",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """The walk over the object is shared with SCH002 to SCH004."""
    return answer(manifest, index, What.UNKNOWN, MOOT)
