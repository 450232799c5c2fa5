"""One object, and where it was written."""

from collections.abc import Mapping
from typing import Protocol

from seakeep.core.json import JsonObject
from seakeep.manifests.access import EMPTY, Path, labels, mapping, text

_BUILT_IN = frozenset(
    {"", "apps", "autoscaling", "batch", "extensions", "policy", "apiserver.config.k8s.io", "audit.k8s.io"}
)
_CONFIGURATIONS = frozenset(
    {
        "audit.k8s.io",
        "client.authentication.k8s.io",
        "credentialprovider.kubelet.k8s.io",
        "eventratelimit.admission.k8s.io",
        "imagepolicy.k8s.io",
        "kubeadm.k8s.io",
        "podtolerationrestriction.admission.k8s.io",
        "resourcequota.admission.k8s.io",
    }
)
CLUSTER_SCOPED = frozenset(
    [
        "APIService",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "ComponentStatus",
        "CSIDriver",
        "CSINode",
        "CustomResourceDefinition",
        "DeviceClass",
        "FlowSchema",
        "GatewayClass",
        "IngressClass",
        "IPAddress",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PodSecurityPolicy",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "ServiceCIDR",
        "StorageClass",
        "StorageVersion",
        "StorageVersionMigration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttributesClass",
        "VolumeSnapshotClass",
        "VolumeSnapshotContent",
        "cilium.io/CiliumClusterwideNetworkPolicy",
        "cert-manager.io/ClusterIssuer",
    ]
)
"""Types that have no namespace."""


class Origin(Protocol):
    """Where an object was written. `line` takes a path inside the object and gives the line of the field, or of the
    nearest thing above it that is there."""

    @property
    def file(self) -> str:
        """As it is shown; `-` is standard input, empty for an object of the API."""
        ...

    def line(self, path: Path) -> int:
        """1-based; 0 where the object stands in no file."""
        ...


class Served:
    """The origin of what came from an API server."""

    file = ""

    def line(self, path: Path) -> int:  # noqa: ARG002 - the signature is Origin's
        """No file, no line."""
        return 0


SERVED = Served()


class Manifest:
    """An object with `apiVersion` and `kind`.

    `type` is what checks are registered for: the kind alone for Kubernetes' own groups (`Deployment`,
    `NetworkPolicy`, `KubeletConfiguration`), `group/Kind` for all others (`cilium.io/CiliumNetworkPolicy`).
    `namespace` is `default` where a namespaced object names none, empty where the type has none; `namespace_given` is
    what is written. Attributes are right in type whatever is written; `body` is not.
    """

    __slots__ = (
        "annotations", "api_version", "body", "group", "kind", "labels", "metadata", "name", "namespace",
        "namespace_given", "origin", "spec", "type", "version",
    )  # fmt: skip

    def __init__(self, body: JsonObject, origin: Origin = SERVED, *, namespace: str = "default") -> None:
        self.body = body
        self.origin = origin
        self.api_version = text(body, "apiVersion")
        group, slash, version = self.api_version.rpartition("/")
        self.group = group if slash else ""
        self.version = version
        self.kind = text(body, "kind")
        own = self.group in _BUILT_IN or self.group.endswith(".k8s.io")
        self.type = self.kind if own else f"{self.group}/{self.kind}"
        self.metadata = metadata = mapping(body, "metadata")
        # generateName has to be something to call it by; the API adds to it.
        self.name = text(metadata, "name") or text(metadata, "generateName")
        self.namespace_given = text(metadata, "namespace")
        self.namespace = "" if self.type in CLUSTER_SCOPED else self.namespace_given or namespace
        self.labels: Mapping[str, str] = labels(metadata, "labels") if "labels" in metadata else {}
        self.annotations: Mapping[str, str] = labels(metadata, "annotations") if "annotations" in metadata else {}
        found = body.get("spec")
        self.spec: JsonObject = found if isinstance(found, dict) else EMPTY

    @property
    def file(self) -> str:
        """Where it is written, as it is shown."""
        return self.origin.file

    @property
    def configures(self) -> bool:
        """Whether it is a program's configuration file: no API serves it, and it has no namespace."""
        return self.group.endswith("config.k8s.io") or self.group in _CONFIGURATIONS

    def line(self, path: Path = ()) -> int:
        """The line of a field, or of the nearest thing above it that is there."""
        return self.origin.line(path)

    def __repr__(self) -> str:
        return f"{self.type} {self.namespace}/{self.name}" if self.namespace else f"{self.type} {self.name}"
