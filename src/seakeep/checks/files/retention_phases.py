"""An index lifecycle policy has actions where they may be.

What: no migrate in hot or frozen, searchable_snapshot in frozen with a repository, and not in hot and cold at once.
Why: Elasticsearch refuses the policy, and the old one stays. Evidence: the actions of the phases. Fix: see the
message.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, mapping, text
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="ILM002",
    title="an index lifecycle policy has actions where they may be",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("ilm",),
    remediation="migrate in warm and cold only; searchable_snapshot with snapshot_repository in frozen",
    references=("https://www.elastic.co/docs/reference/elasticsearch/index-lifecycle-actions/ilm-searchable-snapshot",),
)


def judge(file: OperatorFile, _: Index) -> Iterator[Note]:
    """Phase by phase."""
    actions = {phase: mapping(body, "actions") for phase, body in mapping(file.data, "policy", "phases").items()}
    for phase in ("hot", "frozen"):
        if "migrate" in actions.get(phase, {}):
            yield bad(f"migrate is not allowed in {phase}", ("policy", "phases", phase, "actions", "migrate"))
    if "frozen" in actions and not text(actions["frozen"], "searchable_snapshot", "snapshot_repository"):
        path: Path = ("policy", "phases", "frozen", "actions")
        yield bad("frozen needs searchable_snapshot with a snapshot_repository", path)
    if all("searchable_snapshot" in actions.get(phase, {}) for phase in ("hot", "cold")):
        path = ("policy", "phases", "cold", "actions", "searchable_snapshot")
        yield bad("searchable_snapshot stands in hot and in cold", path)
