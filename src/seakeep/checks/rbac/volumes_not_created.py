"""Whoever creates PersistentVolumes mounts the node.

What: create, update or patch on persistentvolumes. Why: a volume of type hostPath is the disk of a node; Pod Security
does not look at volumes behind a claim. Evidence: the rule, and everybody who has it by which binding. Fix: claims
and a StorageClass.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC018",
    title="persistent volumes are not created by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="use claims and a StorageClass",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0278",
        "cis-1.12:5.1.9",
    ),
)

POWERS = (Power("create volumes of nodes", "create update patch", "/persistentvolumes"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
