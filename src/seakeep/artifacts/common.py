"""Paths on machines, and the small pieces that several artifacts are made of."""

from seakeep.artifacts.base import FileSpec
from seakeep.core.secret import SecretRef
from seakeep.design.model import Design, Leaf, Machine, Role

BIN = "/opt/seakeep/bin"
ETCD_PKI = "/etc/etcd/pki"
KUBERNETES = "/etc/kubernetes"
PKI = "/etc/kubernetes/pki"
CLUSTER_CA = f"{PKI}/ca.crt"
LB = "/etc/seakeep/lb"
UNITS = "/etc/systemd/system"

CIPHER_SUITES = (
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
)
"""TLS 1.2 suites: forward secrecy and authenticated encryption only. Every certificate has an ECDSA key, so
RSA suites could not be used; the suites of TLS 1.3 are not configurable and always on."""


def program_link(design: Design, component: str, program: str) -> tuple[str, str]:
    """The symbolic link that makes this version of a program the current one: (path, target)."""
    return f"{BIN}/{program}", f"../{component}/{design.release.component(component)}/{program}"


def config(path: str, *parts: str | SecretRef, mode: int = 0o600) -> FileSpec:
    """A file of root's."""
    return FileSpec(path=path, parts=parts, mode=mode)


def unit_file(name: str, text: str, *, mode: int = 0o644) -> FileSpec:
    """A service file. CIS 1.12 (4.1.1, and 1.1.1-1.1.8 for what it calls pod specifications) asks for 0600
    on those of Kubernetes and etcd."""
    return FileSpec(path=f"{UNITS}/{name}.service", parts=(text,), mode=mode)


def stored(path: str, name: str, *, owner: str = "root") -> FileSpec:
    """A value of the state folder as a file: 0600 for a key, 0644 for what is public."""
    public = name.endswith((".crt", ".pub"))
    mode = 0o644 if public else 0o600
    return FileSpec(path=path, parts=(SecretRef(name),), owner=owner, group=owner, mode=mode)


def pair(folder: str, name: str, leaf: Leaf, *, owner: str = "root") -> tuple[FileSpec, FileSpec]:
    """A certificate and its key as <folder>/<name>.crt and .key."""
    return (
        stored(f"{folder}/{name}.crt", leaf.cert, owner=owner),
        stored(f"{folder}/{name}.key", leaf.key, owner=owner),
    )


def pair_paths(folder: str, name: str) -> tuple[str, str]:
    """Where `pair` puts them."""
    return f"{folder}/{name}.crt", f"{folder}/{name}.key"


def followed(design: Design, *names: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The client certificates under /etc/kubernetes/pki of a program of Kubernetes, as (reads, follows).

    It finds a new one by itself within five minutes; where certificates live too shortly for that, it is restarted.
    """
    paths = tuple(path for name in names for path in pair_paths(PKI, name))
    return ((), paths) if design.pki.patient else (paths, ())


def api_server_url(design: Design, machine: Machine) -> str:
    """Where the components of this machine reach the API.

    A control-plane machine uses its own API server, so that it does not depend on the load balancer that
    depends on it; every other machine uses the endpoint.
    """
    if machine.has(Role.CONTROL_PLANE):
        return f"https://{machine.address}:6443"
    return f"https://{design.endpoint.host}:{design.endpoint.port}"


def seconds(value: int) -> str:
    """A duration as Go programs read it."""
    return f"{value}s"
