"""What Fluent Bit is told to keep on disk is kept there.

What: `storage.type filesystem` in an input, with `storage.path` in SERVICE; one in SERVICE only together with
`storage.inherit on`. Why: it is a setting of inputs, and memory is their default; without a path nothing is written.
Evidence: SERVICE and the inputs. Fix: `storage.path DIR` in SERVICE, `storage.type filesystem` in each input.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.fluentbit import sections
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="FLB002",
    title="what Fluent Bit is told to keep on disk is kept there",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("fluent-bit",),
    remediation="storage.path in SERVICE, storage.type filesystem in each input",
    references=("https://docs.fluentbit.io/manual/administration/buffering-and-storage",),
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """SERVICE may stand in another file that includes this one: without any it is taken at its word."""
    services = sections(file, index, "service")
    inputs = sections(file, index, "input")
    for service in services:
        wants = service.get("storage.type").lower() == "filesystem"
        if wants and not service.on("storage.inherit") and all(not each.get("storage.type") for each in inputs):
            yield bad("storage.type in SERVICE alone has no effect", service.at("storage.type"))
    has_path = any(service.get("storage.path") for service in services)
    for each in inputs:
        if each.get("storage.type").lower() == "filesystem" and services and not has_path:
            yield bad(f"input {each.plugin} has no storage.path to write to", each.at("storage.type"))
