"""A kubelet: its configuration, certificates and what it keeps back for the machine."""

from seakeep.artifacts import unit, yamltext
from seakeep.artifacts.base import DirSpec, MachineFiles, UnitSpec
from seakeep.artifacts.common import (
    BIN,
    CIPHER_SUITES,
    CLUSTER_CA,
    KUBERNETES,
    PKI,
    UNITS,
    config,
    pair,
    pair_paths,
    program_link,
    seconds,
    unit_file,
)
from seakeep.artifacts.containerd import SOCKET
from seakeep.artifacts.kubeconfigs import kubeconfig
from seakeep.core.json import Json
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits

NAME = "kubelet"
ROOT = "/var/lib/kubelet"
CONFIG = f"{ROOT}/config.yaml"
KUBECONFIG = f"{KUBERNETES}/kubelet.conf"
CERT_DIR = f"{ROOT}/pki"
"""Where the kubelet keeps the client certificates it has rotated to; the one we issue is its first."""
CLIENT = f"{CERT_DIR}/kubelet-client-current.pem"
"""A link to the one it uses. Without it, it starts with the one we issue and asks for another at once."""


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """The kubelet on this machine."""
    leaf = design.pki.leaf
    client = leaf("cluster", f"node-{machine.name}")
    return MachineFiles(
        dirs=(DirSpec(path=ROOT, mode=0o700), DirSpec(path=CERT_DIR, mode=0o700)),
        files=(
            *pair(PKI, "kubelet", leaf("cluster", f"kubelet-{machine.name}")),
            *pair(PKI, "node", client),
            kubeconfig(design, machine, KUBECONFIG, client.common_name, "node"),
            config(CONFIG, yamltext.dump(_config(design, machine, traits))),
            unit_file(NAME, _unit(machine, traits), mode=0o600),
        ),
        units=(
            UnitSpec(
                name=NAME,
                # It follows its serving certificate's file and gets client certificates from the cluster. Of the CA
                # it follows what it trusts of clients, but not of the API server.
                reads=(f"{UNITS}/{NAME}.service", CONFIG, KUBECONFIG, CLUSTER_CA),
                binaries=(("kubernetes", NAME),),
                follows=pair_paths(PKI, "kubelet"),
            ),
        ),
        links=(program_link(design, "kubernetes", NAME),),
    )


def reserved(machine: Machine, traits: Traits) -> tuple[dict[str, Json], dict[str, Json]]:
    """What pods may not have: (for kubelet and containerd, for the system), scaled with the machine.

    CPU: 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest. Memory: a quarter
    of the first 4 GiB, a fifth of the next 4, a tenth of the next 8, 6 % up to 128, 2 % beyond; at most a
    quarter. The system's share grows by what runs beside the pods as services: an API server, an etcd member.
    Both together never take more than half of the machine.
    """
    steps = ((1, 60.0), (1, 10.0), (2, 5.0))
    millicores, left = 0.0, traits.cores
    for width, share in steps:
        taken = min(left, width)
        millicores += taken * share
        left -= taken
    millicores += left * 2.5

    memory, below = 0.0, 0
    for limit, fraction in ((4096, 0.25), (8192, 0.20), (16384, 0.10), (131072, 0.06), (1 << 40, 0.02)):
        memory += max(0, min(traits.memory_mb, limit) - below) * fraction
        below = limit
    for_node = min(int(memory), traits.memory_mb // 4)

    services = 128
    if machine.has(Role.CONTROL_PLANE):
        services += 1024
    if machine.has(Role.ETCD):
        services += 512
    for_system = min(services, traits.memory_mb // 4)

    return (
        {"cpu": f"{int(millicores)}m", "memory": f"{for_node}Mi", "pid": "1000"},
        {"cpu": "50m", "memory": f"{for_system}Mi", "pid": "1000"},
    )


def _config(design: Design, machine: Machine, traits: Traits) -> dict[str, Json]:
    timings = design.timings
    old_cgroups = traits.cgroup_version == 1
    kube_reserved, system_reserved = reserved(machine, traits)
    chosen: dict[str, Json] = {
        "apiVersion": design.release.minor.kubelet_config_api,
        "kind": "KubeletConfiguration",
        "address": str(machine.address),
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": CLUSTER_CA},
        },
        "authorization": {"mode": "Webhook"},
        "readOnlyPort": 0,
        "tlsCertFile": f"{PKI}/kubelet.crt",
        "tlsPrivateKeyFile": f"{PKI}/kubelet.key",
        "tlsMinVersion": "VersionTLS12",
        "tlsCipherSuites": list(CIPHER_SUITES),
        "rotateCertificates": True,
        "enableProfilingHandler": False,
        "enableDebugFlagsHandler": False,
        "streamingConnectionIdleTimeout": "30m",
        "healthzBindAddress": "127.0.0.1",
        "healthzPort": 10248,
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "cgroupDriver": "cgroupfs" if old_cgroups else "systemd",
        "clusterDNS": [str(design.network.dns_service_ip)],
        "clusterDomain": design.network.cluster_domain,
        "resolvConf": traits.resolv_conf,
        "nodeStatusUpdateFrequency": seconds(timings.node_status_update),
        # The lease is renewed every quarter of this.
        "nodeLeaseDurationSeconds": timings.node_monitor_grace,
        "imageGCHighThresholdPercent": 85,
        "imageGCLowThresholdPercent": 80,
        "serializeImagePulls": False,
        "maxParallelImagePulls": 4,
        "maxPods": 110,
        "podPidsLimit": 4096,
        "containerLogMaxSize": "20Mi",
        "containerLogMaxFiles": 5,
        "evictionHard": _eviction(traits),
        "enforceNodeAllocatable": ["pods"],
        "kubeReserved": kube_reserved,
        "systemReserved": system_reserved,
        "shutdownGracePeriod": "30s",
        "shutdownGracePeriodCriticalPods": "10s",
        "protectKernelDefaults": not traits.nested,
        "makeIPTablesUtilChains": True,
        "seccompDefault": traits.seccomp,
    }
    if old_cgroups:
        chosen["failCgroupV1"] = False
    if old_cgroups or traits.nested:
        # A container sees its host's swap and cannot turn it off.
        chosen["failSwapOn"] = False
    if traits.nested:
        chosen["oomScoreAdj"] = 0
    return chosen


def _eviction(traits: Traits) -> dict[str, Json]:
    if traits.nested:
        # The disk is the host's: a share of it says nothing about this machine.
        return {"memory.available": "100Mi", "nodefs.available": "1Gi", "imagefs.available": "1Gi"}
    return {
        "memory.available": "200Mi",
        "nodefs.available": "10%",
        "nodefs.inodesFree": "5%",
        "imagefs.available": "15%",
        "imagefs.inodesFree": "5%",
        "pid.available": "5%",
    }


def _unit(machine: Machine, traits: Traits) -> str:
    command = [
        f"{BIN}/{NAME}",
        f"--config={CONFIG}",
        f"--kubeconfig={KUBECONFIG}",
        f"--cert-dir={CERT_DIR}",
        f"--hostname-override={machine.name}",
        f"--node-ip={machine.address}",
    ]
    settings = [
        "Type=notify",
        "Restart=always",
        "RestartSec=2",
        "TimeoutStartSec=infinity",
        "LimitNOFILE=65536",
        unit.ENVIRONMENT,
    ]
    if not traits.nested:
        settings.append("OOMScoreAdjust=-999")
    return unit.service(
        "Kubernetes kubelet", command, settings, after=("containerd.service",), wants=("containerd.service",)
    )
