"""No node runs a program that a container can get out of by a published way.

What: versions of the kubelet, containerd and the kernel that a served Node reports, against CVE-2021-25741 (subPath
and symlinks), CVE-2022-23648 (containerd reads files of the host), CVE-2022-0185 (kernel, 5.1 to 5.16.1, needs user
namespaces) and CVE-2022-3172 (redirects of aggregated API servers; taken from the kubelet's minor, which is never
newer than the API server's); and a minor of Kubernetes that no longer gets fixes at all. Why: a pod is a way to the
node, and a node to its neighbours. Evidence: the version. A distribution may have mended a kernel under its old
number: then waive it with that reason. Fix: update.
"""

import re
from collections.abc import Iterator

from seakeep.checks.base import MOOT, Answer, Check, Note, Per, Scope, bad, unsure
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import mapping, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.versions.registry import MINORS

CHECK = Check(
    id="STA002",
    title="nodes run no version with a known way out of containers",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("Node",),
    remediation="update the program that is named",
    equivalents=(
        "kubescape:C-0058",
        "kubescape:C-0079",
        "kubescape:C-0087",
        "kubescape:C-0089",
        "kubescape:C-0273",
        "popeye:POP-405",
    ),
)


_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_KUBELET = {19: 15, 20: 11, 21: 5, 22: 2}
"""The first patch of each minor without CVE-2021-25741; later minors never had it, earlier ones were not mended."""
_REDIRECT = {22: 14, 23: 11, 24: 5, 25: 1}
"""The first patch of each minor without CVE-2022-3172."""
_CONTAINERD = {(1, 4): 13, (1, 5): 10, (1, 6): 1}


def judge(manifest: Manifest, _: Index) -> Answer:
    """A version that is not said is not judged; one that has no numbers is UNKNOWN."""
    info = mapping(manifest.body, "status", "nodeInfo")
    return list(_said(info)) if info else MOOT


def _said(info: JsonObject) -> Iterator[Note]:
    for name, judged in (
        ("kubeletVersion", _kubelet),
        ("containerRuntimeVersion", _runtime),
        ("kernelVersion", _kernel),
    ):
        version = text(info, name)
        path = ("status", "nodeInfo", name)
        found = _NUMBERS.search(version)
        if found is None:
            if version:
                yield unsure(f"{version} is no version", path)
            continue
        numbers = (int(found[1]), int(found[2]), int(found[3] or 0))
        for why in judged(version, numbers):
            yield bad(f"{version}: {why}", path)


def _kubelet(_: str, numbers: tuple[int, int, int]) -> Iterator[str]:
    minor, patch = numbers[1:]
    if minor < min(_KUBELET) or patch < _KUBELET.get(minor, 0):
        yield "CVE-2021-25741, a subPath leads to the host's files"
    if minor < min(_REDIRECT) or patch < _REDIRECT.get(minor, 0):
        yield "CVE-2022-3172, an aggregated API server redirects clients with their tokens"
    if (1, minor) < min(each.minor for each in MINORS):
        yield f"Kubernetes 1.{minor} gets no fixes any more"


def _runtime(version: str, numbers: tuple[int, int, int]) -> Iterator[str]:
    if version.startswith("containerd://") and (
        numbers[:2] < min(_CONTAINERD) or numbers[2] < _CONTAINERD.get(numbers[:2], 0)
    ):
        yield "CVE-2022-23648, an image reads the host's files"


def _kernel(_: str, numbers: tuple[int, int, int]) -> Iterator[str]:
    if (5, 1, 0) <= numbers < (5, 16, 2):
        yield "CVE-2022-0185, a container with user namespaces gets out"
