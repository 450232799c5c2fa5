"""Old logs are deleted.

What: a delete phase in an index lifecycle policy, a delete action in a state management policy. Why: without one the
disks fill, and what should be gone is kept. Evidence: the phases or states. Fix: a delete phase.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, mappings
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="ILM003",
    title="old logs are deleted",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("ilm", "ism"),
    remediation="a delete phase with min_age, or a state with the action delete",
)


def judge(file: OperatorFile, _: Index) -> Answer:
    """Elasticsearch's phases, OpenSearch's states."""
    if file.form == "ilm":
        ends = "delete" in mapping(file.data, "policy", "phases")
        return None if ends else bad("nothing is ever deleted", ("policy", "phases"))
    states = mappings(file.data, "policy", "states")
    ends = any("delete" in action for _, state in states for _, action in mappings(state, "actions"))
    return None if ends else bad("nothing is ever deleted", ("policy", "states"))
