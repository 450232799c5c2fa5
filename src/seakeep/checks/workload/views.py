"""What several checks of pods look at."""

from collections.abc import Iterator

from seakeep.checks.base import Note, bad
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.core.verdict import Verdict
from seakeep.manifests.access import Path, mapping, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container, Pod


def windows(pod: Pod) -> bool:
    """Whether its pods say that they run on Windows, where capabilities, seccomp and the like do not exist."""
    return bool(pod.spec.get("os")) and text(pod.spec, "os", "name") == "windows"


def volumes(pod: Pod, source: str) -> Iterator[tuple[Path, str, JsonObject]]:
    """Volumes with that source: path of the source, name of the volume, the source."""
    if "volumes" not in pod.spec:
        return
    for number, volume in mappings(pod.spec, "volumes"):
        if source in volume:
            yield pod.at("volumes", number, source), text(volume, "name"), mapping(volume, source)


def host_paths(pod: Pod) -> Iterator[tuple[Path, str, str]]:
    """Directories and files of the node: path of the field, name of the volume, what it is on the node, without
    anything that only looks different (`/var//lib/./x/`)."""
    for path, name, source in volumes(pod, "hostPath"):
        steps: list[str] = []
        for step in text(source, "path").split("/"):
            if step == ".." and steps:
                steps.pop()
            elif step not in {"", ".", ".."}:
                steps.append(step)
        yield (*path, "path"), name, "/" + "/".join(steps)


def mounts(container: Container, volume: str) -> Iterator[tuple[Path, JsonObject]]:
    """Where a container has a volume."""
    for number, mount in mappings(container.body, "volumeMounts"):
        if text(mount, "name") == volume:
            yield container.at("volumeMounts", number), mount


def missing(index: Index, type_: str, namespace: str, message: str, path: Path) -> Note:
    """What to say of something that is referred to and not there. It is proof of a mistake where everything was
    read, and where the objects have others of the type in that namespace: then they are what describes it.
    Otherwise it may be somewhere else."""
    if index.policy.complete or (type_, namespace) in index.once(_described):
        return bad(message, path)
    return Note(message=f"{message}, among the objects", path=path, verdict=Verdict.UNKNOWN, severity=Severity.WARNING)


def _described(index: Index) -> frozenset[tuple[str, str]]:
    """Types and namespaces of all objects; `Pod` for what makes pods."""
    found = {(each.type, each.namespace) for each in index.manifests}
    return frozenset(found | {("Pod", pod.namespace) for pod in index.pods})
