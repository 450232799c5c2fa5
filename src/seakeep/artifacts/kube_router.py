"""kube-router as a firewall and nothing else: the enforcer of NetworkPolicies where the network plugin is none.

Flannel routes and kube-proxy serves, both by rules of nftables in tables of their own; kube-router's stand in the
tables of iptables (`iptables-nft`), and each packet passes both. It sees what kube-proxy made of an address: forwarding
comes after that. What is bridged between two pods of one node passes as well, by net.bridge.bridge-nf-call-iptables.

The API is reached at the cluster's endpoint, as Flannel does. Its health port stays shut: it would listen on every
address of the node, and serve Go's profiles, memory included, to whoever asks. Whether it works is told by the rules.

No seccomp profile is asked for: runc refuses a container with one on a kernel without seccomp.
"""

from seakeep.artifacts import unit
from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.objects import (
    bind_cluster,
    cluster_role,
    kube_object,
    network_daemon,
    rule,
    service_account,
    waivers,
)
from seakeep.core.json import Json, JsonObject
from seakeep.design.model import Design

NAMESPACE = "kube-system"
NAME = "kube-router"
ROLE = "seakeep:kube-router"

MARK = "/run/seakeep-kube-router"
"""The folder that tells, until the next boot, that rules of ours may be in the kernel: the fact `policy_rules` looks
for it."""

FORWARD = "KUBE-ROUTER-FORWARD"
"""The chain through which forwarded packets pass."""

MODULES = ("ip_set", "ip_set_hash_ip", "ip_set_hash_net", "xt_set", "xt_physdev")
"""What its rules need of the kernel that other programs' do not load. The container may not load modules itself."""

SYNC_SECONDS = 60
"""How often it puts back what somebody else took from its rules, as a firewall that is loaded anew does. It takes
about ten short programs each time; its own default is five minutes."""

_WATCHED = ["get", "list", "watch"]


def render(design: Design) -> tuple[KubeObject, ...]:
    """Everything of kube-router's; nothing where it is not the enforcer."""
    if design.network.policy_enforcer != "kube-router":
        return ()
    return (
        kube_object("v1", "ServiceAccount", NAME, namespace=NAMESPACE),
        cluster_role(
            ROLE,
            # All of these are watched in every mode: without one of them it ends after a minute.
            rule([""], ["endpoints", "namespaces", "nodes", "pods", "services"], [*_WATCHED]),
            rule(["discovery.k8s.io"], ["endpointslices"], [*_WATCHED]),
            rule(["networking.k8s.io"], ["networkpolicies"], [*_WATCHED]),
        ),
        bind_cluster(ROLE, ROLE, service_account(NAMESPACE, NAME)),
        _daemon_set(design),
    )


_WAIVERS = waivers(
    POD009="the rules are those of the node itself",
    POD010="packet filter rules are root's, and it refuses to run as anyone else",
    POD015="packet filter rules need NET_ADMIN",
    POD016="packet filter rules need NET_ADMIN",
    POD020="the lock of iptables is the node's, and the mark tells the node that rules are there",
    POD021="the lock of iptables is the node's",
)
"""What `seakeep check` finds about a firewall, and why it stands."""


def _daemon_set(design: Design) -> KubeObject:
    env: list[Json] = [
        {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}},
        {"name": "KUBERNETES_SERVICE_HOST", "value": str(design.endpoint.host)},
        {"name": "KUBERNETES_SERVICE_PORT", "value": str(design.endpoint.port)},
        *({"name": name, "value": value} for name, value in unit.NOTICES_SILENCE),
    ]
    container: JsonObject = {
        "name": NAME,
        "image": design.release.minor.kube_router_image,
        "imagePullPolicy": "IfNotPresent",
        "args": [
            "--run-firewall=true",
            "--run-router=false",
            "--run-service-proxy=false",
            f"--service-cluster-ip-range={design.network.service_range}",
            f"--iptables-sync-period={SYNC_SECONDS}s",
            "--health-port=0",
            "--metrics-port=0",
        ],
        "env": env,
        "resources": {"requests": {"cpu": "50m", "memory": "50Mi"}, "limits": {"memory": "250Mi"}},
        # Only until the first success: from then on it ends by itself where its chains cannot be made.
        "startupProbe": {
            "exec": {"command": ["iptables", "-w", "5", "-n", "-L", FORWARD]},
            "periodSeconds": 1,
            "timeoutSeconds": 10,
            "failureThreshold": 90,
        },
        "securityContext": {
            "privileged": False,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]},
        },
        "volumeMounts": [
            # Nothing is written there: what nobody mounts, the kubelet does not make.
            {"name": "mark", "mountPath": MARK, "readOnly": True},
            {"name": "locks", "mountPath": "/run/xtables.lock"},
        ],
    }
    return network_daemon(
        NAME,
        NAME,
        container,
        [
            {"name": "mark", "hostPath": {"path": MARK, "type": "DirectoryOrCreate"}},
            {"name": "locks", "hostPath": {"path": "/run/xtables.lock", "type": "FileOrCreate"}},
        ],
        namespace=NAMESPACE,
        annotations=_WAIVERS,
    )
