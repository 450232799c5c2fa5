"""A control plane can grow.

What: controlPlaneEndpoint is set in kubeadm's ClusterConfiguration, to something that can move. Why: without it every
kubeconfig and certificate names the first machine, and a second control plane cannot be joined. Evidence:
controlPlaneEndpoint. Fix: a DNS name or a virtual address, and a port.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB171",
    title="a control plane can grow",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("ClusterConfiguration",),
    remediation="controlPlaneEndpoint: NAME:PORT",
)


def judge(each: Manifest, _: Index) -> Answer:
    """Only of kubeadm's."""
    if each.group != "kubeadm.k8s.io":
        return MOOT
    return (
        None if text(each.body, "controlPlaneEndpoint") else bad("no controlPlaneEndpoint", ("controlPlaneEndpoint",))
    )
