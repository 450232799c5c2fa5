"""A pod sets no kernel parameter that reaches beyond it.

What: securityContext.sysctls of the pod names only those that Kubernetes calls safe. Why: others act on the node, or
on neighbours, and kubelets refuse them unless told otherwise: the pod then never starts. Evidence: the names. Fix:
remove it, or set it on the nodes of a pool of their own.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD018",
    title="only safe sysctls are set",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="remove the sysctl, or set it on the machines",
    references=("https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/",),
    equivalents=(
        "kube-linter:unsafe-sysctls",
        "gatekeeper:forbidden-sysctls",
    ),
)

SAFE = {
    "kernel.shm_rmid_forced": (1, 0), "net.ipv4.ip_local_port_range": (1, 0), "net.ipv4.tcp_syncookies": (1, 0),
    "net.ipv4.ping_group_range": (1, 18), "net.ipv4.ip_unprivileged_port_start": (1, 22),
    "net.ipv4.ip_local_reserved_ports": (1, 27), "net.ipv4.tcp_keepalive_time": (1, 29),
    "net.ipv4.tcp_fin_timeout": (1, 29), "net.ipv4.tcp_keepalive_intvl": (1, 29),
    "net.ipv4.tcp_keepalive_probes": (1, 29), "net.ipv4.tcp_rmem": (1, 32), "net.ipv4.tcp_wmem": (1, 32),
    "net.ipv4.tcp_slow_start_after_idle": (1, 37), "net.ipv4.tcp_notsent_lowat": (1, 37),
}  # fmt: skip
"""Names, and the minor since which they are safe."""


def judge(pod: Pod, index: Index) -> Iterator[Note]:
    """One note for each."""
    for position, each in mappings(pod.security, "sysctls"):
        name = text(each, "name").replace("/", ".")
        since = SAFE.get(name)
        if since is None:
            yield bad(f"{name} is not among the safe sysctls", pod.at("securityContext", "sysctls", position))
        elif since > index.policy.target:
            yield bad(
                f"{name} is safe from {since[0]}.{since[1]} on only", pod.at("securityContext", "sysctls", position)
            )
