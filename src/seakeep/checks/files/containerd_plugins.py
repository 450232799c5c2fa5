"""containerd reads what it is told.

What: tables of config.toml that its version knows. Why: `io.containerd.grpc.v1.cri` is the name of versions 1 and 2
of the file, `io.containerd.cri.v1.runtime` and `.images` of version 3; what stands under another name is passed over
in silence. Evidence: version and plugins. Fix: `containerd config migrate`.
"""

import tomllib
from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, number, texts
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="CTD001",
    title="containerd reads what it is told",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("containerd",),
    remediation="containerd config migrate",
    references=("https://github.com/containerd/containerd/blob/main/docs/cri/config.md",),
)

OLD = "io.containerd.grpc.v1.cri"
NEW = ("io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images")


def judge(file: OperatorFile, _: Index) -> Iterator[Note]:
    """The names of the CRI's tables; those of other plugins did not change."""
    try:
        conf = tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        yield bad(f"it is not TOML: {error}")
        return
    version = number(conf, "version") or 1
    plugins = mapping(conf, "plugins")
    if version >= 3 and OLD in plugins:
        yield bad(f"version {version} passes {OLD} over", (line_of(file, OLD),))
    for name in NEW:
        if version < 3 and name in plugins:
            yield bad(f"version {version} passes {name} over", (line_of(file, name),))
    if "cri" in texts(conf, "disabled_plugins") or OLD in texts(conf, "disabled_plugins"):
        yield bad("the CRI plugin is switched off: a kubelet finds no runtime", (line_of(file, "disabled_plugins"),))


def line_of(file: OperatorFile, part: str) -> int:
    """The 1-based line that first has the text."""
    return next((number for number, line in enumerate(file.lines, 1) if part in line), 1)
