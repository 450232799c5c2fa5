"""What the proof at the end of an apply runs: a web server on every worker, behind a Service."""

from collections.abc import Sequence

from seakeep.core.json import JsonObject
from seakeep.design.model import Design, Machine, Role

PORT = 8080
LABEL = "seakeep.dev/proof"
"""Of the proof's namespace: what a run that died has left is found by it."""


def workers(design: Design, without: frozenset[str]) -> tuple[Machine, ...]:
    """Where it runs: the workers, or every node where there are none."""
    nodes = [each for each in design.with_role(Role.WORKER) or design.nodes if each.name not in without]
    return tuple(nodes)


def namespace(name: str, *, restricted: bool) -> JsonObject:
    """A kernel without seccomp cannot run what the restricted level demands (a RuntimeDefault profile)."""
    level = "restricted" if restricted else "baseline"
    return {"metadata": {"name": name, "labels": {LABEL: "yes", "pod-security.kubernetes.io/enforce": level}}}


def deployment(design: Design, place: str, nodes: Sequence[Machine], *, count: int, restricted: bool) -> JsonObject:
    """Spread evenly over these nodes."""
    labels = {"app": "web"}
    security: JsonObject = {"runAsNonRoot": True, "runAsUser": 65534}
    if restricted:
        security = {**security, "seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "metadata": {"name": "web", "namespace": place},
        "spec": {
            "replicas": count,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "automountServiceAccountToken": False,
                    "terminationGracePeriodSeconds": 0,
                    "affinity": _only_on(nodes),
                    "tolerations": [{"operator": "Exists"}],
                    "topologySpreadConstraints": [
                        {
                            "maxSkew": 1,
                            "topologyKey": "kubernetes.io/hostname",
                            "whenUnsatisfiable": "DoNotSchedule",
                            "labelSelector": {"matchLabels": labels},
                        }
                    ],
                    "securityContext": security,
                    "containers": [
                        {
                            "name": "web",
                            "image": design.release.minor.probe_image,
                            "imagePullPolicy": "IfNotPresent",
                            "args": ["netexec", f"--http-port={PORT}"],
                            "ports": [{"containerPort": PORT, "protocol": "TCP"}],
                            "readinessProbe": {"httpGet": {"path": "/hostname", "port": PORT}, "periodSeconds": 1},
                            "resources": {
                                "requests": {"cpu": "10m", "memory": "16Mi"},
                                "limits": {"memory": "64Mi"},
                            },
                            "securityContext": {
                                "allowPrivilegeEscalation": False,
                                "capabilities": {"drop": ["ALL"]},
                                "readOnlyRootFilesystem": True,
                            },
                        }
                    ],
                },
            },
        },
    }


def _only_on(nodes: Sequence[Machine]) -> JsonObject:
    names = [machine.name for machine in nodes]
    term = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": names}]}
    required = {"nodeSelectorTerms": [term]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def service(place: str) -> JsonObject:
    """In front of all of them."""
    return {
        "metadata": {"name": "web", "namespace": place},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": PORT, "protocol": "TCP"}]},
    }
