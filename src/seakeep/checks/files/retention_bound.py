"""An OpenSearch policy is bound to indices.

What: ism_template in a state management policy; with rollover, each index needs its alias. Why: a policy that no
index has does nothing, and a rollover without an alias stops for ever. Evidence: ism_template. Fix: `ism_template:
[{index_patterns: [...]}]`.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="ILM004",
    title="an OpenSearch policy is bound to indices",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("ism",),
    remediation="ism_template with index_patterns",
)


def judge(file: OperatorFile, _: Index) -> Answer:
    """One object, or a list of them."""
    bound = dig(file.data, "policy", "ism_template")
    return None if bound else bad("no index gets it by itself", ("policy", "ism_template"))
