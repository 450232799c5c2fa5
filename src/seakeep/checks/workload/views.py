"""What several checks of pods look at."""

from collections.abc import Iterator

from seakeep.core.json import JsonObject
from seakeep.manifests.access import Path, mapping, mappings, text
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
