"""A controller manager; one of them leads. It holds the cluster CA's key to renew kubelets' certificates."""

from seakeep.artifacts import unit
from seakeep.artifacts.base import MachineFiles, UnitSpec
from seakeep.artifacts.common import (
    BIN,
    CIPHER_SUITES,
    CLUSTER_CA,
    KUBERNETES,
    PKI,
    UNITS,
    pair,
    program_link,
    seconds,
    stored,
    unit_file,
)
from seakeep.artifacts.kube_apiserver import SA_KEY
from seakeep.artifacts.kubeconfigs import kubeconfig
from seakeep.design.model import Design, Machine
from seakeep.design.traits import Traits

NAME = "kube-controller-manager"
KUBECONFIG = f"{KUBERNETES}/controller-manager.conf"
CA_KEY = f"{PKI}/ca.key"


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """The controller manager on this machine."""
    del traits
    leaf = design.pki.leaf("cluster", f"controller-manager-{machine.name}")
    return MachineFiles(
        files=(
            *pair(PKI, "controller-manager", leaf),
            stored(CA_KEY, "pki/cluster/ca.key"),
            kubeconfig(design, machine, KUBECONFIG, leaf.common_name, "controller-manager"),
            unit_file(NAME, _unit(design), mode=0o600),
        ),
        units=(
            UnitSpec(
                name=NAME,
                reads=(f"{UNITS}/{NAME}.service", KUBECONFIG, CLUSTER_CA, CA_KEY, SA_KEY),
                binaries=(("kubernetes", NAME),),
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
        "tls-min-version": "VersionTLS12",
        "tls-cipher-suites": ",".join(CIPHER_SUITES),
        "cluster-name": design.name,
        "leader-elect": "true",
        "use-service-account-credentials": "true",
        "service-account-private-key-file": SA_KEY,
        "root-ca-file": CLUSTER_CA,
        # Kubelets' client certificates and nothing else: other certificates come from Seakeep.
        "cluster-signing-kubelet-client-cert-file": CLUSTER_CA,
        "cluster-signing-kubelet-client-key-file": CA_KEY,
        "cluster-signing-duration": "8760h",
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
