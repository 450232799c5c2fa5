"""Each port of a container has a number that exists and a name of its own.

What: containerPort is between 1 and 65535; names have at most 15 characters of lower case letters, digits and
hyphens, at least one letter, and occur once in the container. The same number twice with the same protocol is a
warning: it does nothing. Why: the API server refuses the rest. Evidence: the port. Fix: another name.
"""

import re
from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, number, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD062",
    title="ports of a container are ones that the API takes",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="give each port its own name of at most 15 characters",
    equivalents=("kube-score:container-ports-check",),
)


NAME = re.compile(r"(?!.*--)(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?")


def judge(container: Container, _: Index) -> Iterator[Note]:
    """One note for each mistake."""
    if "ports" not in container.body:
        return
    names: set[str] = set()
    numbers: set[tuple[int, str]] = set()
    for position, port in mappings(container.body, "ports"):
        name, value = text(port, "name"), number(port, "containerPort")
        where = container.at("ports", position)
        if name and not NAME.fullmatch(name):
            yield bad(f"{name} is no name of a port", (*where, "name"))
        if name and name in names:
            yield bad(f"port {name} of container {container.name} is there twice", (*where, "name"))
        names.add(name)
        if value is None:
            continue
        if not 0 < value < 65536:
            yield bad(f"{value} is no port", (*where, "containerPort"))
        key = (value, text(port, "protocol") or "TCP")
        if key in numbers:
            message = f"port {value} of container {container.name} is there twice"
            yield Note(message=message, path=(*where, "containerPort"), severity=Severity.WARNING)
        numbers.add(key)
