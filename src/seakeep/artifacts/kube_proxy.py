"""kube-proxy: services as nftables rules."""

from seakeep.artifacts import unit, yamltext
from seakeep.artifacts.base import MachineFiles, UnitSpec
from seakeep.artifacts.common import (
    BIN,
    CLUSTER_CA,
    KUBERNETES,
    PKI,
    UNITS,
    config,
    followed,
    pair,
    program_link,
    unit_file,
)
from seakeep.artifacts.kubeconfigs import kubeconfig
from seakeep.core.json import Json
from seakeep.design.model import Design, Machine
from seakeep.design.traits import Traits

NAME = "kube-proxy"
CONFIG = f"{KUBERNETES}/kube-proxy.yaml"
KUBECONFIG = f"{KUBERNETES}/kube-proxy.conf"


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """kube-proxy on this machine; nothing where the network replaces it."""
    if design.network.proxy_mode == "none":
        return MachineFiles()
    leaf = design.pki.leaf("cluster", f"kube-proxy-{machine.name}")
    client_reads, client_follows = followed(design, "kube-proxy")
    return MachineFiles(
        files=(
            *pair(PKI, "kube-proxy", leaf),
            kubeconfig(design, machine, KUBECONFIG, leaf.common_name, "kube-proxy"),
            config(CONFIG, yamltext.dump(_config(design, machine, traits))),
            unit_file(NAME, _unit(traits)),
        ),
        units=(
            UnitSpec(
                name=NAME,
                reads=(f"{UNITS}/{NAME}.service", CONFIG, KUBECONFIG, CLUSTER_CA, *client_reads),
                binaries=(("kubernetes", NAME),),
                follows=client_follows,
            ),
        ),
        links=(program_link(design, "kubernetes", NAME),),
    )


def _config(design: Design, machine: Machine, traits: Traits) -> dict[str, Json]:
    chosen: dict[str, Json] = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": KUBECONFIG},
        "hostnameOverride": machine.name,
        "mode": design.network.proxy_mode,
        "clusterCIDR": str(design.network.pod_range),
        "detectLocalMode": "ClusterCIDR",
        "bindAddress": str(machine.address),
        "healthzBindAddress": f"{machine.address}:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "enableProfiling": False,
    }
    if traits.nested:
        # The connection table's size belongs to the host.
        chosen["conntrack"] = {"maxPerCore": 0, "min": 0}
        chosen["oomScoreAdj"] = 0
    return chosen


def _unit(traits: Traits) -> str:
    settings = [
        "Restart=always",
        "RestartSec=1",
        "LimitNOFILE=65536",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        unit.ENVIRONMENT,
    ]
    if not traits.nested:
        settings.append("OOMScoreAdjust=-999")
    return unit.service("Kubernetes network proxy", [f"{BIN}/{NAME}", f"--config={CONFIG}"], settings)
