"""The pods that objects make: one view for every kind that has a pod template."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import EMPTY, Path, dig, labels, mapping, text
from seakeep.manifests.model import Manifest

TEMPLATES: Mapping[str, Path] = {
    "Pod": (),
    "PodTemplate": ("template",),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "argoproj.io/Rollout": ("spec", "template"),
    "serving.knative.dev/Service": ("spec", "template"),
    "serving.knative.dev/Configuration": ("spec", "template"),
    "apps.kruise.io/CloneSet": ("spec", "template"),
    "apps.kruise.io/StatefulSet": ("spec", "template"),
    "apps.kruise.io/DaemonSet": ("spec", "template"),
    "apps.openshift.io/DeploymentConfig": ("spec", "template"),
    "agents.x-k8s.io/Sandbox": ("spec", "podTemplate"),
    "extensions.agents.x-k8s.io/SandboxTemplate": ("spec", "podTemplate"),
}
"""Where each type keeps what its pods are made from. More come from the settings of a run."""

BATCH = frozenset({"Job", "CronJob"})
"""Types whose pods are meant to end."""

INHERITED = ("runAsUser", "runAsGroup", "runAsNonRoot", "seLinuxOptions", "seccompProfile", "appArmorProfile",
             "windowsOptions")  # fmt: skip
"""Fields of a pod's security context that its containers have unless they set their own."""


class Role(StrEnum):
    """What a container is for. A sidecar is an init container that keeps running (`restartPolicy: Always`)."""

    APP = "app"
    INIT = "init"
    SIDECAR = "sidecar"
    EPHEMERAL = "ephemeral"


_LISTS = (("containers", Role.APP), ("initContainers", Role.INIT), ("ephemeralContainers", Role.EPHEMERAL))


class Container:
    """A container of any of the three lists, as it will run.

    `security` is its effective security context: its own fields, and the pod's where it has none. `own_security` is
    only what it says itself. `path` leads to it from the top of its object.
    """

    __slots__ = (
        "body", "image", "limits", "name", "own_security", "path", "pod", "requests", "resources", "role", "security",
    )  # fmt: skip

    def __init__(self, body: JsonObject, pod: "Pod", path: Path, role: Role) -> None:
        self.body = body
        self.pod = pod
        self.path = path
        self.role = role
        self.name = text(body, "name")
        self.image = text(body, "image")
        own = self.own_security = mapping(body.get("securityContext"))
        self.security: JsonObject = {**pod.inherited, **own} if pod.inherited else own
        self.resources = resources = mapping(body.get("resources"))
        self.requests = mapping(resources.get("requests"))
        self.limits = mapping(resources.get("limits"))

    def at(self, *path: str | int) -> Path:
        """The path of one of its fields, from the top of the object."""
        return (*self.path, *path)

    def security_at(self, field: str) -> Path:
        """Where the effective value of a field of the security context is written, or should be."""
        if field in self.pod.inherited and field not in self.own_security:
            return self.pod.at("securityContext", field)
        return self.at("securityContext", field)

    @property
    def manifest(self) -> Manifest:
        """The object that it is written in."""
        return self.pod.manifest

    def __repr__(self) -> str:
        return f"container {self.name} of {self.pod.manifest!r}"


class Pod:
    """What the pods of an object are made from: labels, spec, containers of all three lists in that order.

    `path` leads to the pod's spec from the top of the object, `template_path` to its template.
    """

    __slots__ = ("annotations", "containers", "inherited", "labels", "manifest", "path", "security", "spec",
                 "template_path")  # fmt: skip

    def __init__(self, manifest: Manifest, template: JsonObject, path: Path) -> None:
        self.manifest = manifest
        self.template_path = path
        self.path: Path = (*path, "spec")
        self.spec = spec = mapping(template.get("spec"))
        metadata = mapping(template.get("metadata"))
        self.labels: Mapping[str, str] = labels(metadata.get("labels"))
        self.annotations: Mapping[str, str] = labels(metadata.get("annotations"))
        self.security = security = mapping(spec.get("securityContext"))
        self.inherited: JsonObject = {key: security[key] for key in INHERITED if key in security} if security else EMPTY
        self.containers: tuple[Container, ...] = tuple(self._containers())

    def _containers(self) -> Iterator[Container]:
        for field, role in _LISTS:
            found = self.spec.get(field)
            if not isinstance(found, list):
                continue
            for number, body in enumerate(found):
                if isinstance(body, dict):
                    runs_on = role is Role.INIT and body.get("restartPolicy") == "Always"
                    yield Container(body, self, (*self.path, field, number), Role.SIDECAR if runs_on else role)

    def at(self, *path: str | int) -> Path:
        """The path of a field of the pod's spec, from the top of the object."""
        return (*self.path, *path)

    @property
    def namespace(self) -> str:
        """Where its pods run."""
        return self.manifest.namespace

    @property
    def ends(self) -> bool:
        """Whether its pods are meant to end by themselves."""
        return self.manifest.type in BATCH or text(self.spec, "restartPolicy") in {"Never", "OnFailure"}

    def __repr__(self) -> str:
        return f"pod of {self.manifest!r}"


def pod_of(manifest: Manifest, templates: Mapping[str, Path] = TEMPLATES) -> Pod | None:
    """The pod that an object makes; None where its type makes none, or no template is written."""
    path = templates.get(manifest.type)
    if path is None:
        return None
    template: Json = manifest.body
    if path:
        template = dig(manifest.body, *path)
    return Pod(manifest, template, path) if isinstance(template, dict) else None
