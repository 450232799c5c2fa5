"""Images are cleared away before pods have to go.

What: imageGCHighThresholdPercent is above imageGCLowThresholdPercent, and below the use at which evictionHard's
nodefs.available and imagefs.available act. Why: pods are evicted from a full disk although removing unused images would
have done; with the low threshold above the high one the kubelet does not start. Evidence: the KubeletConfiguration;
defaults 85, 80, and 15 % and 10 % available. Fix: imageGCHighThresholdPercent: 85, imageGCLowThresholdPercent: 80.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import number, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB114",
    title="images are cleared away before pods have to go",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="imageGCHighThresholdPercent: 85, imageGCLowThresholdPercent: 80, imagefs.available: 10%",
    references=("https://kubernetes.io/docs/concepts/architecture/garbage-collection/#container-image-lifecycle",),
)

HIGH, LOW = 85, 80


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """Eviction thresholds in bytes depend on the disk: they are compared where a percentage is given."""
    high, low = (
        HIGH if (found := number(each.body, "imageGCHighThresholdPercent")) is None else found,
        LOW if (found := number(each.body, "imageGCLowThresholdPercent")) is None else found,
    )
    if low >= high:
        yield bad(
            f"images are cleared from {high} % down to {low} %", ("imageGCHighThresholdPercent",), high=high, low=low
        )
    given = each.body.get("evictionHard") is not None
    for signal, default in (("imagefs.available", "15%"), ("nodefs.available", "10%")):
        threshold = text(each.body, "evictionHard", signal) or ("" if given else default)
        if threshold.endswith("%") and threshold[:-1].isdecimal():
            evicts = 100 - int(threshold[:-1])
            # At the same value both act at once; images go first then, and that has to be enough.
            if high > evicts:
                yield bad(
                    f"pods are evicted at {evicts} % use ({signal}), before images are cleared away at {high} %",
                    ("evictionHard", signal),
                    high=high,
                    evicts=evicts,
                )
