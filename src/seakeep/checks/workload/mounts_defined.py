"""Every mount has its volume.

What: volumeMounts and volumeDevices name a volume of the pod, or a claim template of its StatefulSet; mount paths
occur once in a container. A volume that nobody mounts is a warning. Why: the API server refuses the pod; for a
Deployment it accepts the template, and no pod comes. Evidence: the name. Fix: the volume's right name.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD072",
    title="what is mounted is defined",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="name a volume of the pod",
)


def judge(pod: Pod, _: Index) -> Iterator[Note]:
    """Names of volumes first, then each mount."""
    defined = {text(each, "name") for _, each in mappings(pod.spec, "volumes")} if "volumes" in pod.spec else set()
    claims = {text(each, "metadata", "name") for _, each in mappings(pod.manifest.spec, "volumeClaimTemplates")}
    used: set[str] = set()
    for container in pod.containers:
        places: set[str] = set()
        for field in ("volumeMounts", "volumeDevices"):
            if field not in container.body:
                continue
            for position, mount in mappings(container.body, field):
                name, place = text(mount, "name"), text(mount, "mountPath") or text(mount, "devicePath")
                used.add(name)
                path = container.at(field, position)
                if name and name not in defined and name not in claims:
                    yield bad(f"container {container.name} mounts {name}, which is not defined", (*path, "name"))
                if place and place in places:
                    yield bad(f"container {container.name} mounts two volumes at {place}", (*path, "mountPath"))
                places.add(place)
    for position, each in mappings(pod.spec, "volumes") if defined - used else ():
        if text(each, "name") not in used:
            message, path = f"nothing mounts volume {text(each, 'name')}", pod.at("volumes", position)
            yield Note(message=message, path=path, severity=Severity.WARNING)
