"""Labels and annotations have names and values that the API takes.

What: names of labels and annotations are [prefix/]name, label values have at most 63 characters of letters, digits,
`-`, `_` and `.`, and start and end with a letter or digit; on the object and on its pod template. Why: the API server
refuses the object; for a pod template it does so only when the first pod is made. Evidence: the label. Fix: shorten
it, or make it an annotation.
"""

import re
from collections.abc import Iterator, Mapping

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="SCH008",
    title="labels are ones that the API takes",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="shorten the value, or make it an annotation",
    references=("https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/",),
    equivalents=(
        "kube-score:label-values",
        "kube-linter:schema-validation",
    ),
)


VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
NAME = re.compile(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


class _Seen:
    """Labels that were found right in this run: a folder has the same few thousand times."""

    def __init__(self, _: Index) -> None:
        self.right: set[tuple[str, str]] = set()


def judge(manifest: Manifest, index: Index) -> Iterator[Note]:
    """The object's own, and those of its pods."""
    seen = index.once(_Seen).right
    yield from _wrong(manifest.labels, manifest.annotations, ("metadata",), seen)
    pod = index.pod(manifest)
    if pod is not None and pod.template_path:
        yield from _wrong(pod.labels, pod.annotations, (*pod.template_path, "metadata"), seen)


def _wrong(
    given: Mapping[str, str], annotations: Mapping[str, str], path: Path, seen: set[tuple[str, str]]
) -> Iterator[Note]:
    for item in given.items():
        if item in seen:
            continue
        name, value = item
        if not NAME.fullmatch(name):
            yield bad(f"{name} is no name of a label", (*path, "labels", name))
        elif len(value) > 63 or not VALUE.fullmatch(value):
            yield bad(f"label {name} cannot have the value {value!r}", (*path, "labels", name))
        else:
            seen.add(item)
    for name in annotations:
        if (name, "") not in seen:
            if not NAME.fullmatch(name):
                yield bad(f"{name} is no name of an annotation", (*path, "annotations", name))
            else:
                seen.add((name, ""))
