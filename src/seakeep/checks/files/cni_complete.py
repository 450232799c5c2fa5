"""A network configuration can be used.

What: cniVersion, name, and a list of plugins with a type each. Why: a runtime passes a configuration over that it
cannot use, and takes the next, or none. Evidence: the file. Fix: fill in what is missing.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="CNI002",
    title="a network configuration can be used",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("cni",),
    remediation="cniVersion, name and plugins, each with a type",
)


def judge(file: OperatorFile, _: Index) -> Iterator[Note]:
    """A list of plugins, or the old form of one."""
    for field in ("cniVersion", "name"):
        if not text(file.data, field):
            yield bad(f"no {field}", (field,))
    plugins = mappings(file.data, "plugins")
    if not plugins and not text(file.data, "type"):
        yield bad("no plugins", ("plugins",))
    for number, plugin in plugins:
        if not text(plugin, "type"):
            yield bad(f"plugin {number + 1} has no type", ("plugins", number))
