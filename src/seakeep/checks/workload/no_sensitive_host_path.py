"""A pod does not mount what the node runs on.

What: no hostPath is, contains or lies under a directory of the system, of Kubernetes or of the runtime, after /./ and
/../ are resolved. /etc/localtime and /usr/share/zoneinfo are harmless. Why: whoever can write there owns the node;
whoever can read there has the keys of the kubelet, and with /var/log of any file, by a link. Evidence: the path on
the node. Fix: remove the volume; node agents get a waiver and a namespace of their own.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.workload.views import host_paths
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD020",
    title="no directory that runs the node is mounted",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="remove the volume",
    references=("https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",),
    equivalents=(
        "kube-linter:sensitive-host-mounts",
        "gatekeeper:host-filesystem",
    ),
)

SENSITIVE = (
    "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/opt/cni", "/proc", "/root", "/run", "/sbin", "/sys",
    "/usr", "/var/lib/containerd", "/var/lib/docker", "/var/lib/etcd", "/var/lib/kubelet", "/var/log", "/var/run",
)  # fmt: skip
HARMLESS = ("/etc/localtime", "/usr/share/zoneinfo")


def judge(pod: Pod, _: Index) -> Iterator[Note]:
    """What contains a directory gives it away too."""
    for path, name, where in host_paths(pod):
        inside = where.rstrip("/") + "/"
        if where.startswith(HARMLESS):
            continue
        if any(inside.startswith(each + "/") or (each + "/").startswith(inside) for each in SENSITIVE):
            yield bad(f"volume {name} is {where} of the node", path)
