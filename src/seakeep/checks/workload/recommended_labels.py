"""Tools that group pods by application can do so.

What: the template of what makes pods has app.kubernetes.io/name, or the usual app or k8s-app. INFO. Why: dashboards,
network policies and costs are grouped by it. Evidence: the labels. Fix: app.kubernetes.io/name, instance and part-of.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD066",
    title="pods say which application they belong to",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="add the label app.kubernetes.io/name",
    references=("https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",),
    equivalents=(
        "kubescape:C-0076",
        "kubescape:C-0077",
    ),
)

NAMES = ("app.kubernetes.io/name", "app", "k8s-app")


def judge(pod: Pod, _: Index) -> Answer:
    """A CronJob's pods have the labels of their Job's template."""
    if any(name in pod.labels for name in NAMES):
        return None
    return bad("no label says which application it is", (*pod.template_path, "metadata", "labels"))
