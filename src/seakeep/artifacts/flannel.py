"""Flannel: vxlan routes between the nodes' pod ranges.

`--iface` takes an address as well as a name, and the kubelet fills the pod's own node address into an
argument: so every node uses the network of its address in the design, whatever its interfaces are called.
The API is reached at the cluster's endpoint, not at the service address: that one needs kube-proxy, which
may come later, and must not be a condition for the pod network.

No seccomp profile is asked for: runc refuses a container with one on a kernel without seccomp, and this pod is
what every other pod waits for.
"""

import json

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

NAMESPACE = "kube-flannel"
NAME = "kube-flannel"
ROLE = "seakeep:flannel"


def render(design: Design) -> tuple[KubeObject, ...]:
    """Everything of Flannel's; nothing where another network was chosen."""
    if design.network.cni != "flannel":
        return ()
    levels: JsonObject = {f"pod-security.kubernetes.io/{mode}": "privileged" for mode in ("enforce", "audit", "warn")}
    return (
        kube_object("v1", "Namespace", NAMESPACE, labels=levels),
        kube_object("v1", "ServiceAccount", NAME, namespace=NAMESPACE),
        cluster_role(
            ROLE,
            rule([""], ["nodes"], ["get", "list", "watch"]),
            rule([""], ["nodes/status"], ["patch"]),
            annotations=waivers(RBAC019="it tells its node to the others in the annotations of the Node"),
        ),
        bind_cluster(ROLE, ROLE, service_account(NAMESPACE, NAME)),
        kube_object("v1", "ConfigMap", NAME, namespace=NAMESPACE, data={"net-conf.json": _net_conf(design)}),
        _daemon_set(design),
    )


def _net_conf(design: Design) -> str:
    return json.dumps(
        {
            "Network": str(design.network.pod_range),
            "EnableNFTables": True,
            "Backend": {"Type": "vxlan"},
        }
    )


_WAIVERS = waivers(
    POD009="it sets up the network of the node itself",
    POD010="routes and packet filter rules are root's",
    POD015="routes and packet filter rules need NET_ADMIN",
    POD016="routes and packet filter rules need NET_ADMIN",
    POD020="it hands its subnet to the CNI plugin in /run/flannel",
    POD021="it hands its subnet to the CNI plugin in /run/flannel",
)
"""What `seakeep check` finds about a network plugin, and why it stands."""


def _daemon_set(design: Design) -> KubeObject:
    field = {"apiVersion": "v1", "fieldPath": "status.hostIP"}
    env: list[Json] = [
        {"name": "HOST_IP", "valueFrom": {"fieldRef": field}},
        {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}},
        {"name": "KUBERNETES_SERVICE_HOST", "value": str(design.endpoint.host)},
        {"name": "KUBERNETES_SERVICE_PORT", "value": str(design.endpoint.port)},
        *({"name": name, "value": value} for name, value in unit.NOTICES_SILENCE),
    ]
    container: JsonObject = {
        "name": "flannel",
        "image": design.release.minor.flannel_image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["--ip-masq", "--kube-subnet-mgr", "--iface=$(HOST_IP)"],
        "env": env,
        "resources": {"requests": {"cpu": "50m", "memory": "50Mi"}, "limits": {"memory": "200Mi"}},
        "securityContext": {
            "privileged": False,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]},
        },
        "volumeMounts": [
            {"name": "run", "mountPath": "/run/flannel"},
            {"name": "locks", "mountPath": "/run/xtables.lock"},
            {"name": "config", "mountPath": "/etc/kube-flannel", "readOnly": True},
        ],
    }
    return network_daemon(
        NAME,
        "flannel",
        container,
        [
            {"name": "run", "hostPath": {"path": "/run/flannel", "type": "DirectoryOrCreate"}},
            {"name": "locks", "hostPath": {"path": "/run/xtables.lock", "type": "FileOrCreate"}},
            {"name": "config", "configMap": {"name": NAME}},
        ],
        namespace=NAMESPACE,
        annotations=_WAIVERS,
        # A changed net-conf.json rolls the pods: Flannel reads it once.
        pod_annotations={"seakeep.io/net-conf": _net_conf(design)},
    )
