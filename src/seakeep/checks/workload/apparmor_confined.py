"""A container keeps the AppArmor profile that its runtime gives it.

What: appArmorProfile.type is not Unconfined, on the container or inherited, and no annotation of the old form says
so. No profile at all is fine: the runtime has a default where the node has AppArmor. Why: the profile keeps a
container off /proc and /sys of the node. Evidence: the field or the annotation. Fix: RuntimeDefault, or Localhost
with a profile of its own.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD025",
    title="AppArmor is not switched off",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove appArmorProfile, or set its type to RuntimeDefault",
    references=("https://kubernetes.io/docs/tutorials/security/apparmor/",),
    equivalents=(
        "gatekeeper:apparmor",
        "kubescape:C-0055",
    ),
)

ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"


def judge(container: Container, _: Index) -> Answer:
    """The field wins over the annotation."""
    found = container.security.get("appArmorProfile")
    if found is not None:
        if text(found, "type") != "Unconfined":
            return None
        return bad(f"container {container.name} has no AppArmor profile", container.security_at("appArmorProfile"))
    pod = container.pod
    if pod.annotations and pod.annotations.get(ANNOTATION + container.name) == "unconfined":
        path = (*pod.template_path, "metadata", "annotations", ANNOTATION + container.name)
        return bad(f"container {container.name} has no AppArmor profile", path)
    return None
