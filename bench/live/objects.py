"""The objects of a large cluster, as an API server lists them: with status, managedFields, images of nodes.

Applications are those of bench/check: seven objects each, every ninth of them not as it should be.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import msgspec

from seakeep.manifests.read import Texts

sys.path.insert(0, str(Path(__file__).parents[1] / "check"))
from folder import application

Item = Callable[[int], bytes]
TIME = "2026-03-01T08:00:00Z"
VERSION = "v1.37.0"
DAEMONS = ("flannel", "node-exporter", "fluent-bit", "csi-node")
PER_NAMESPACE = 40
"""Applications, as bench/check has it."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the cluster is."""

    nodes: int
    pods: int

    @property
    def applications(self) -> int:
        """One for every 25 pods."""
        return max(1, self.pods // 25)

    @property
    def namespaces(self) -> int:
        """Those of applications."""
        return -(-self.applications // PER_NAMESPACE)


@dataclass(frozen=True, slots=True)
class Collection:
    """What one path lists: item `n` of `count`, as JSON."""

    count: int
    item: Item


def collections(size: Size, names: list[str]) -> dict[str, Collection]:
    """plural -> its objects. `names` are the first nodes."""
    made = {
        "nodes": Collection(size.nodes, lambda n: _json(node(n, names))),
        "pods": Collection(size.pods, lambda n: pod(n, size, names)),
    }
    texts = Texts()
    kinds = [each.kind for each in texts.read("---\n".join(application(1)), "").manifests]
    plurals = {
        "Deployment": "deployments", "Service": "services", "ServiceAccount": "serviceaccounts",
        "ConfigMap": "configmaps", "PodDisruptionBudget": "poddisruptionbudgets", "NetworkPolicy": "networkpolicies",
        "HorizontalPodAutoscaler": "horizontalpodautoscalers",
    }  # fmt: skip
    for place, kind in enumerate(kinds):
        made[plurals[kind]] = Collection(size.applications, _of_application(texts, place))
    made["secrets"] = Collection(size.applications, lambda n: _json({"metadata": _meta(f"app-{n}", _team(n), "v1")}))
    made["daemonsets"] = Collection(len(DAEMONS), lambda n: _json(daemon(DAEMONS[n], size.nodes)))
    made["namespaces"] = Collection(
        size.namespaces + 2,
        lambda n: _json(
            {
                "metadata": {
                    **_meta(("kube-system", "default")[n] if n < 2 else f"team-{n - 2}", "", "v1"),
                    "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
                },
                "status": {"phase": "Active"},
            }
        ),
    )
    return made


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


def _team(number: int) -> str:
    return f"team-{number // PER_NAMESPACE}"


def _meta(name: str, namespace: str, api: str, **more: Any) -> dict[str, Any]:
    where = {"namespace": namespace} if namespace else {}
    fields = {f"f:{part}": {".": {}, "f:name": {}, "f:value": {}} for part in ("metadata", "spec", "status", "data")}
    managed = [
        {"manager": manager, "operation": "Update", "apiVersion": api, "time": TIME, "fieldsType": "FieldsV1",
         "fieldsV1": fields}
        for manager in ("argocd-controller", "kube-controller-manager")
    ]  # fmt: skip
    uid = f"{abs(hash(name)) % 10**12:012d}-4c1e-8f5a-{len(name):04d}"
    return {"name": name, **where, "uid": uid, "resourceVersion": "912345678", "generation": 3,
            "creationTimestamp": TIME, "managedFields": managed, **more}  # fmt: skip


def _of_application(texts: Texts, place: int) -> Item:
    def item(number: int) -> bytes:
        (read,) = texts.read(application(number)[place], "").manifests
        body = dict(read.body)
        body.pop("apiVersion")
        body.pop("kind")
        body["metadata"] = {**_meta(read.name, read.namespace, read.api_version), **read.metadata}
        if read.kind == "Deployment" and number % 5 == 0:
            at = cast("dict[str, Any]", body["spec"])["template"]["spec"]
            at["nodeSelector"] = {"disk": "ssd" if number % 50 else "tape"}
        if read.kind == "Deployment":
            body["status"] = {
                "observedGeneration": 3, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3,
                "availableReplicas": 3,
                "conditions": [
                    {"type": kind, "status": "True", "lastUpdateTime": TIME, "lastTransitionTime": TIME,
                     "reason": "NewReplicaSetAvailable", "message": f'ReplicaSet "{read.name}" has progressed.'}
                    for kind in ("Available", "Progressing")
                ],
            }  # fmt: skip
        if read.kind == "PodDisruptionBudget":
            body["status"] = {"disruptionsAllowed": 1, "currentHealthy": 25, "desiredHealthy": 24, "expectedPods": 25}
        return _json(body)

    return item


def node(number: int, names: list[str]) -> dict[str, Any]:
    """With fifty images, as a kubelet reports them, and its conditions."""
    name = names[number] if number < len(names) else f"node-{number:05d}"
    conditions = [
        {"type": kind, "status": "True" if kind == "Ready" else "False", "lastHeartbeatTime": TIME,
         "lastTransitionTime": TIME, "reason": f"Kubelet{kind}", "message": f"kubelet has said so about {kind}"}
        for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")
    ]  # fmt: skip
    images = [
        {"names": [f"registry.example.com/team-{n}/app-{n}{tag}" for tag in (f"@sha256:{n:064x}", ":1")],
         "sizeBytes": 91234567 + n}
        for n in range(number % 7, number % 7 + 50)
    ]  # fmt: skip
    labels = {
        "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": "abc"[number % 3], "node.kubernetes.io/instance-type": "m6",
        **({"disk": "ssd"} if number % 4 == 0 else {}),
    }  # fmt: skip
    capacity = {"cpu": "64", "memory": "263842644Ki", "pods": "110", "ephemeral-storage": "959786032Ki"}
    return {
        "metadata": {**_meta(name, "", "v1"), "labels": labels, "annotations": {"seakeep.io/made": "true"}},
        "spec": {"podCIDR": f"10.{number // 256}.{number % 256}.0/24"},
        "status": {
            "capacity": capacity, "allocatable": capacity, "conditions": conditions, "images": images,
            "addresses": [{"type": "InternalIP", "address": "192.0.2.1"}, {"type": "Hostname", "address": name}],
            "nodeInfo": {"kubeletVersion": VERSION, "containerRuntimeVersion": "containerd://2.2.1",
                         "kernelVersion": "6.12.48", "osImage": "Debian GNU/Linux 13", "architecture": "amd64"},
        },
    }  # fmt: skip


def daemon(name: str, nodes: int) -> dict[str, Any]:
    """On every node."""
    container = {
        "name": name, "image": f"registry.example.com/{name}:1.2.3",
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }  # fmt: skip
    return {
        "metadata": {**_meta(name, "kube-system", "apps/v1"), "labels": {"k8s-app": name}},
        "spec": {
            "selector": {"matchLabels": {"k8s-app": name}},
            "template": {"metadata": {"labels": {"k8s-app": name}},
                         "spec": {"containers": [container], "tolerations": [{"operator": "Exists"}]}},
        },
        "status": {"desiredNumberScheduled": nodes, "numberAvailable": nodes, "observedGeneration": 3},
    }  # fmt: skip


def pod(number: int, size: Size, names: list[str]) -> bytes:
    """Of a DaemonSet for as many as there are nodes and sets; of an application's ReplicaSet after that."""
    of_daemons = min(size.nodes * len(DAEMONS), size.pods // 2)
    at = number % size.nodes
    host = names[at] if at < len(names) else f"node-{at:05d}"
    if number < of_daemons:
        app, namespace, kind = DAEMONS[number // size.nodes % len(DAEMONS)], "kube-system", "DaemonSet"
        name, labels = f"{app}-{number:06x}", f'"k8s-app":"{app}","controller-revision-hash":"6c9d7b5f4"'
    else:
        application_ = (number - of_daemons) % size.applications
        app, namespace, kind = f"app-{application_}", _team(application_), "ReplicaSet"
        name = f"{app}-7d9c5b6f4d-{number:06x}"
        labels = (
            f'"app.kubernetes.io/name":"{app}","app.kubernetes.io/part-of":"{namespace}",'
            '"pod-template-hash":"7d9c5b6f4d"'
        )
    # What is random in a cluster is random here, so that it is no easier to compress.
    chance = sha256(f"{number}".encode()).hexdigest()
    uid = f"{chance[:8]}-{chance[8:12]}-4{chance[12:15]}-8{chance[15:18]}-{chance[18:30]}"
    return (
        _POD.replace("@name", name).replace("@app", app).replace("@namespace", namespace).replace("@kind", kind)
        .replace("@labels", labels).replace("@node", host)
        .replace("@number", f"{number:06d}").replace("@uid", uid).replace("@container", chance)
        .replace("@image", sha256(app.encode()).hexdigest()).encode()
    )  # fmt: skip


def _conditions() -> Iterator[str]:
    for kind in ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"):
        yield (
            f'{{"type":"{kind}","observedGeneration":1,"status":"True","lastProbeTime":null,'
            f'"lastTransitionTime":"{TIME}"}}'
        )


def _env() -> Iterator[str]:
    for n in range(12):
        yield f'{{"name":"SETTING_{n}","value":"https://service-{n}.@namespace.svc.cluster.local:8443/path"}}'


def _fields(manager: str, depth: int) -> str:
    inner = ",".join(f'"f:field{n}":{{".":{{}},"f:name":{{}},"f:value":{{}},"f:valueFrom":{{}}}}' for n in range(depth))
    return (
        f'{{"manager":"{manager}","operation":"Update","apiVersion":"v1","time":"{TIME}","fieldsType":"FieldsV1",'
        f'"fieldsV1":{{"f:metadata":{{"f:labels":{{".":{{}},"f:app":{{}}}}}},"f:spec":{{{inner}}}}}}}'
    )


_POD = (
    '{"metadata":{"name":"@name","generateName":"@app-7d9c5b6f4d-","namespace":"@namespace",'
    '"uid":"@uid","resourceVersion":"9@number","generation":1,'
    f'"creationTimestamp":"{TIME}","labels":{{@labels}},'
    '"annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"9090"},'
    '"ownerReferences":[{"apiVersion":"apps/v1","kind":"@kind","name":"@app-7d9c5b6f4d","uid":"1","controller":true,'
    '"blockOwnerDeletion":true}],"managedFields":['
    + _fields("kube-controller-manager", 40) + "," + _fields("kubelet", 20)
    + ']},"spec":{"volumes":[{"name":"scratch","emptyDir":{"sizeLimit":"128Mi"}},{"name":"kube-api-access-x2k5f",'
    '"projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":'
    '"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}}],"defaultMode":420}}],"initContainers":[{"name":'
    '"migrate","image":"registry.example.com/@namespace/@app-migrate:1.0.0","command":["/bin/migrate","--wait"]}],'
    '"containers":[{"name":"@app","image":"registry.example.com/@namespace/@app:1.0.0","args":["--listen=:8080"],'
    '"ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"env":[' + ",".join(_env())
    + '],"resources":{"limits":{"memory":"256Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":[{"name":'
    '"scratch","mountPath":"/tmp"}],"readinessProbe":{"httpGet":{"path":"/ready","port":"http","scheme":"HTTP"}},'
    '"terminationMessagePath":"/dev/termination-log","imagePullPolicy":"IfNotPresent","securityContext":{"capabilities"'
    ':{"drop":["ALL"]},"readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false}}],"restartPolicy":"Always",'
    '"terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"@app","nodeName":"@node",'
    '"schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists",'
    '"effect":"NoExecute","tolerationSeconds":300}],"priority":0,"enableServiceLinks":true},"status":{"phase":"Running",'
    '"conditions":[' + ",".join(_conditions())
    + '],"hostIP":"192.0.2.1","podIP":"10.128.1.2","podIPs":[{"ip":"10.128.1.2"}],"startTime":"' + TIME
    + '","containerStatuses":[{"name":"@app","state":{"running":{"startedAt":"' + TIME
    + '"}},"lastState":{},"ready":true,"restartCount":0,"image":"registry.example.com/@namespace/@app:1.0.0","imageID":'
    '"registry.example.com/@namespace/@app@sha256:@image",'
    '"containerID":"containerd://@container","started":true}],'
    '"qosClass":"Burstable"}}'
)  # fmt: skip
