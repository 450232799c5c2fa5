"""What makes pods, and what serves them, has the labels and annotations that the run was told to require.

What: names given with the run (`labels`, `annotations`), on workloads, Services, Ingresses and Namespaces. Nothing is
required unless somebody says so. Why: an owner, a cost centre or a contact that is missing is missed at night.
Evidence: the name. Fix: add it.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD065",
    title="the labels and annotations that you require are there",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "Service", "Ingress", "Namespace"),
    remediation="add the label or annotation",
    equivalents=(
        "kube-linter:required-label-owner",
        "kube-linter:required-annotation-email",
        "gatekeeper:requiredlabels",
        "gatekeeper:requiredannotations",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """Pods and Jobs that have an owner have its labels in their template."""
    policy = index.policy
    if not (policy.labels or policy.annotations) or listing(manifest.metadata, "ownerReferences"):
        return MOOT
    notes = [
        bad(f"label {name} is not there", ("metadata", "labels"))
        for name in policy.labels
        if not manifest.labels.get(name)
    ]
    notes += [
        bad(f"annotation {name} is not there", ("metadata", "annotations"))
        for name in policy.annotations
        if not manifest.annotations.get(name)
    ]
    return notes
