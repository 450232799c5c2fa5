"""A controller manager; one of them leads. It holds the cluster CA's key to renew kubelets' certificates."""

from datetime import timedelta

from seakeep.artifacts import unit
from seakeep.artifacts.base import MachineFiles, UnitSpec
from seakeep.artifacts.common import (
    BIN,
    CIPHER_SUITES,
    CLUSTER_CA,
    KUBERNETES,
    PKI,
    UNITS,
    followed,
    pair,
    pair_paths,
    program_link,
    seconds,
    stored,
    unit_file,
)
from seakeep.artifacts.kube_apiserver import SA_KEY
from seakeep.artifacts.kubeconfigs import kubeconfig
from seakeep.design.model import Design, Machine
from seakeep.design.traits import Traits
from seakeep.state.rotation import ca_key, ca_name

NAME = "kube-controller-manager"
KUBECONFIG = f"{KUBERNETES}/controller-manager.conf"
SIGNER = f"{PKI}/signing-ca.crt"
"""The authority that signs, alone: what is trusted may be two, and the signer takes exactly one."""
CA_KEY = f"{PKI}/ca.key"


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """The controller manager on this machine."""
    del traits
    leaf = design.pki.leaf("cluster", f"controller-manager-{machine.name}")
    serving = design.pki.leaf("cluster", f"controller-manager-serving-{machine.name}")
    client_reads, client_follows = followed(design, "controller-manager")
    return MachineFiles(
        files=(
            *pair(PKI, "controller-manager", leaf),
            *pair(PKI, "controller-manager-serving", serving),
            stored(SIGNER, ca_name("cluster")),
            stored(CA_KEY, ca_key("cluster")),
            kubeconfig(design, machine, KUBECONFIG, leaf.common_name, "controller-manager"),
            unit_file(NAME, _unit(design), mode=0o600),
        ),
        units=(
            UnitSpec(
                name=NAME,
                reads=(f"{UNITS}/{NAME}.service", KUBECONFIG, CLUSTER_CA, SA_KEY, *client_reads),
                binaries=(("kubernetes", NAME),),
                follows=(SIGNER, CA_KEY, *pair_paths(PKI, "controller-manager-serving"), *client_follows),
            ),
        ),
        links=(program_link(design, "kubernetes", NAME),),
    )


def flags(design: Design) -> dict[str, str]:
    """Its flags without the leading dashes, in the order they are written."""
    return {
        "kubeconfig": KUBECONFIG,
        "authentication-kubeconfig": KUBECONFIG,
        "authorization-kubeconfig": KUBECONFIG,
        "bind-address": "127.0.0.1",
        "client-ca-file": CLUSTER_CA,
        "tls-cert-file": f"{PKI}/controller-manager-serving.crt",
        "tls-private-key-file": f"{PKI}/controller-manager-serving.key",
        "tls-min-version": "VersionTLS12",
        "tls-cipher-suites": ",".join(CIPHER_SUITES),
        "cluster-name": design.name,
        "leader-elect": "true",
        "use-service-account-credentials": "true",
        "service-account-private-key-file": SA_KEY,
        "root-ca-file": CLUSTER_CA,
        # Kubelets' client certificates and nothing else: other certificates come from Seakeep.
        "cluster-signing-kubelet-client-cert-file": SIGNER,
        "cluster-signing-kubelet-client-key-file": CA_KEY,
        "cluster-signing-duration": f"{design.pki.leaf_life // timedelta(minutes=1)}m",
        # Node objects are made beforehand with their pod ranges.
        "allocate-node-cidrs": "false",
        "node-monitor-grace-period": seconds(design.timings.node_monitor_grace),
        "terminated-pod-gc-threshold": "1000",
        "profiling": "false",
    }


def _unit(design: Design) -> str:
    command = [f"{BIN}/{NAME}", *(f"--{flag}={value}" for flag, value in flags(design).items())]
    settings = ["Restart=always", "RestartSec=1", "LimitNOFILE=65536", *unit.SANDBOX, "CapabilityBoundingSet="]
    return unit.service("Kubernetes controller manager", command, settings, after=("kube-apiserver.service",))
