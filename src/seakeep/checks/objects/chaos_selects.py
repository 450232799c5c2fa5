"""A fault says whom it is for.

What: `selector` and `mode` in every object of Chaos Mesh that selects pods, and `value` with fixed, fixed-percent and
random-max-percent. Why: the object is refused, or does nothing. Evidence: the spec. Fix: `mode: one` and a selector.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.checks.objects.chaos import TYPES
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="CHM001",
    title="a fault says whom it is for",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=TYPES,
    remediation="mode: one, selector: {namespaces: [...], labelSelectors: {...}}",
    references=("https://chaos-mesh.org/docs/define-chaos-experiment-scope/",),
)

_MODES = ("one", "all", "fixed", "fixed-percent", "random-max-percent")


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """The mode by name."""
    if not mapping(each.spec, "selector"):
        yield bad("no selector", ("spec", "selector"))
    mode = text(each.spec, "mode")
    if mode not in _MODES:
        yield bad(f"mode {mode or 'is not set'}: one of {', '.join(_MODES)}", ("spec", "mode"))
    elif mode not in {"one", "all"} and not text(each.spec, "value"):
        yield bad(f"mode {mode} needs a value", ("spec", "mode"))
