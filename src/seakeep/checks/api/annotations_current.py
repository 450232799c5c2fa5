"""A setting is where the API server looks for it today.

What: annotations of the object and of its pods that became fields, or that nothing reads any more: seccomp (not read
since 1.27), AppArmor (deprecated 1.30), the class of an Ingress (1.18), the class of a claim, critical pods (1.16),
hairpin and unready endpoints. Why: those that are not read do nothing, without a word. Evidence: the annotation, and
the field. Fix: the field.
"""

from collections.abc import Iterator, Mapping

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="API006",
    title="no annotation stands where a field has taken over",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="use the field in place of the annotation",
)

SECCOMP = "it is not read since 1.27; use securityContext.seccompProfile"
APPARMOR = "use securityContext.appArmorProfile"
OLD = {
    "seccomp.security.alpha.kubernetes.io/pod": (SECCOMP, (1, 19)),
    "container.seccomp.security.alpha.kubernetes.io/": (SECCOMP, (1, 19)),
    "container.apparmor.security.beta.kubernetes.io/": (APPARMOR, (1, 30)),
    "kubernetes.io/ingress.class": ("use spec.ingressClassName", (1, 18)),
    "volume.beta.kubernetes.io/storage-class": ("use storageClassName", (1, 6)),
    "scheduler.alpha.kubernetes.io/critical-pod": ("it is not read since 1.16; use priorityClassName", (1, 16)),
    "service.alpha.kubernetes.io/tolerate-unready-endpoints": ("use publishNotReadyAddresses", (1, 11)),
    "pod.beta.kubernetes.io/hostname": ("use spec.hostname", (1, 5)),
    "storageclass.beta.kubernetes.io/is-default-class": ("use storageclass.kubernetes.io/is-default-class", (1, 6)),
}
"""Names, and beginnings of names, with what to do since which minor."""
BEGINNINGS = tuple(name for name in OLD if name.endswith("/"))


def judge(manifest: Manifest, index: Index) -> Iterator[Note]:
    """The object's own, and those of its pods."""
    if manifest.annotations:
        yield from _old(manifest.annotations, ("metadata", "annotations"), index)
    pod = index.pod(manifest)
    if pod is not None and pod.annotations and pod.template_path:
        yield from _old(pod.annotations, (*pod.template_path, "metadata", "annotations"), index)


def _old(annotations: Mapping[str, str], path: Path, index: Index) -> Iterator[Note]:
    for name in annotations:
        known = OLD.get(name)
        if known is None and name.startswith(BEGINNINGS):
            known = OLD[name[: name.index("/") + 1]]
        if known is not None and known[1] <= index.policy.target:
            yield bad(f"{name}: {known[0]}", (*path, name))
