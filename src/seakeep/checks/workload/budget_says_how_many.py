"""A budget has one of its two bounds.

What: exactly one of minAvailable and maxUnavailable, a number that is not negative or a percentage. Why: with
neither, the budget allows whatever happens to be written by default (minAvailable 1); with both, the API server
refuses it. Evidence: the fields. Fix: maxUnavailable: 1.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.workload.scaling import may_go
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD076",
    title="a PodDisruptionBudget says how many",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("PodDisruptionBudget",),
    remediation="set maxUnavailable or minAvailable, and not both",
    equivalents=("kube-score:poddisruptionbudget-has-policy",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """One of the two, in a form that is right."""
    given = [field for field in ("minAvailable", "maxUnavailable") if manifest.spec.get(field) is not None]
    if len(given) != 1:
        said = "both minAvailable and maxUnavailable are" if given else "neither minAvailable nor maxUnavailable is"
        return bad(f"{said} given", ("spec", given[0]) if given else ("spec",))
    if may_go(manifest.spec, 100) is None or str(manifest.spec[given[0]]).startswith("-"):
        return bad(f"{manifest.spec[given[0]]!r} is neither a number nor a percentage", ("spec", given[0]))
    return None
