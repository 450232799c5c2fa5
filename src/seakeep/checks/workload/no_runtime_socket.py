"""A pod does not reach the socket of the container runtime.

What: no hostPath is the socket of containerd, CRI-O, Docker, Podman or cri-dockerd, nor a directory that it lies in.
Why: who reaches the socket starts privileged containers on the node past the API server, its admission and its audit
log. Evidence: the path on the node. Fix: remove the volume; build images with a rootless builder, read states from
the API.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.workload.views import host_paths
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD022",
    title="the container runtime is out of reach",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="remove the volume",
    equivalents=(
        "kube-linter:docker-sock",
        "kubescape:C-0074",
        "checkov:CKV_K8S_27",
    ),
)

SOCKETS = (
    "/run/containerd/containerd.sock", "/run/containerd/containerd.sock.ttrpc", "/run/crio/crio.sock",
    "/run/docker.sock", "/run/cri-dockerd.sock", "/run/podman/podman.sock", "/run/dockershim.sock",
    "/run/k3s/containerd/containerd.sock",
)  # fmt: skip


def judge(pod: Pod, _: Index) -> Iterator[Note]:
    """/var/run is /run on every system with systemd."""
    for path, name, where in host_paths(pod):
        real = where.removeprefix("/var") if where.startswith("/var/run") else where
        inside = real.rstrip("/") + "/"
        reached = [each for each in SOCKETS if each == real or each.startswith(inside)]
        if reached or (real.endswith(".sock") and "docker" in real):
            yield bad(f"volume {name} reaches the container runtime", path, sockets=reached or [where])
