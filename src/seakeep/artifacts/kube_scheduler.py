"""A scheduler; one of them leads."""

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
    unit_file,
)
from seakeep.artifacts.kubeconfigs import kubeconfig
from seakeep.design.model import Design, Machine
from seakeep.design.traits import Traits

NAME = "kube-scheduler"
KUBECONFIG = f"{KUBERNETES}/scheduler.conf"


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """The scheduler on this machine."""
    del traits
    leaf = design.pki.leaf("cluster", f"scheduler-{machine.name}")
    serving = design.pki.leaf("cluster", f"scheduler-serving-{machine.name}")
    client_reads, client_follows = followed(design, "scheduler")
    return MachineFiles(
        files=(
            *pair(PKI, "scheduler", leaf),
            *pair(PKI, "scheduler-serving", serving),
            kubeconfig(design, machine, KUBECONFIG, leaf.common_name, "scheduler"),
            unit_file(NAME, _unit(), mode=0o600),
        ),
        units=(
            UnitSpec(
                name=NAME,
                reads=(f"{UNITS}/{NAME}.service", KUBECONFIG, CLUSTER_CA, *client_reads),
                binaries=(("kubernetes", NAME),),
                follows=(*pair_paths(PKI, "scheduler-serving"), *client_follows),
            ),
        ),
        links=(program_link(design, "kubernetes", NAME),),
    )


def flags() -> dict[str, str]:
    """Its flags without the leading dashes, in the order they are written."""
    return {
        "kubeconfig": KUBECONFIG,
        "authentication-kubeconfig": KUBECONFIG,
        "authorization-kubeconfig": KUBECONFIG,
        "bind-address": "127.0.0.1",
        "client-ca-file": CLUSTER_CA,
        "tls-cert-file": f"{PKI}/scheduler-serving.crt",
        "tls-private-key-file": f"{PKI}/scheduler-serving.key",
        "tls-min-version": "VersionTLS12",
        "tls-cipher-suites": ",".join(CIPHER_SUITES),
        "leader-elect": "true",
        "profiling": "false",
    }


def _unit() -> str:
    command = [f"{BIN}/{NAME}", *(f"--{flag}={value}" for flag, value in flags().items())]
    settings = ["Restart=always", "RestartSec=1", "LimitNOFILE=65536", *unit.SANDBOX, "CapabilityBoundingSet="]
    return unit.service("Kubernetes scheduler", command, settings, after=("kube-apiserver.service",))
