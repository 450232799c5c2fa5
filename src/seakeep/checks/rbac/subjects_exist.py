"""Whom a binding names is there.

What: subjects that are ServiceAccounts are among the objects, with their namespace; in a ClusterRoleBinding the
namespace is given. Users and groups are not known to the cluster. `default` is made by Kubernetes. Why: whoever
creates an account of that name later has what was granted to somebody else. Evidence: the subject. Fix: the right
name, or remove it.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Scope, bad
from seakeep.checks.rbac.grants import own
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC031",
    title="the accounts of a binding exist",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("RoleBinding", "ClusterRoleBinding"),
    remediation="correct or remove the subject",
    equivalents=("popeye:POP-1300",),
)


def judge(manifest: Manifest, index: Index) -> Iterator[Note]:
    """One note for each."""
    if own(manifest):
        yield MOOT
        return
    for position, each in mappings(manifest.body, "subjects"):
        if text(each, "kind") != "ServiceAccount":
            continue
        name, namespace = text(each, "name"), text(each, "namespace") or manifest.namespace
        path = ("subjects", position)
        if not namespace:
            yield bad(f"ServiceAccount {name} needs a namespace here", path)
        elif name != "default" and index.get("ServiceAccount", namespace, name) is None:
            yield missing(index, "ServiceAccount", namespace, f"there is no ServiceAccount {name} in {namespace}", path)
