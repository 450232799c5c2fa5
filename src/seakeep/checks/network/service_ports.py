"""What a Service sends to is a port of the pods behind it.

What: a targetPort that is a name is the name of a port of the pods that are selected; one that is a number is among
their ports, where they list any (a warning). Names of ports are right, and occur once; several ports all have names.
Why: a name that is not there gives a Service without endpoints. Evidence: the port and those of the pods. Fix: the
right port.
"""

import re
from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.checks.network.services import selected
from seakeep.core.finding import Severity
from seakeep.core.json import Json
from seakeep.manifests.access import Path, mappings, number, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="NET008",
    title="a Service targets ports that its pods have",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Service",),
    remediation="target a port of the pods",
    equivalents=(
        "kube-linter:invalid-target-ports",
        "popeye:POP-1106",
        "popeye:POP-1101",
    ),
)


NAME = re.compile(r"(?!.*--)(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?")


def judge(manifest: Manifest, index: Index) -> Iterator[Note]:
    """One note for each port."""
    listed = mappings(manifest.spec, "ports")
    names: set[str] = set()
    known: tuple[set[str], set[int]] | None = None
    for position, port in listed:
        path = ("spec", "ports", position)
        name = text(port, "name")
        if len(listed) > 1 and not name:
            yield bad("a Service with several ports needs a name for each", path)
        if name and name in names:
            yield bad(f"port {name} is there twice", (*path, "name"))
        names.add(name)
        target = port.get("targetPort", port.get("port"))
        if isinstance(target, str) and not target.isdigit() and not NAME.fullmatch(target):
            yield bad(f"{target} is no name of a port", (*path, "targetPort"))
            continue
        known = known or _of_pods(selected(manifest, index))
        yield from _target(target, known, (*path, "targetPort"))


def _target(target: Json, known: tuple[set[str], set[int]], path: Path) -> Iterator[Note]:
    names, numbers = known
    if not numbers and not names:
        return
    if isinstance(target, str) and not target.isdigit():
        if target not in names:
            yield bad(f"no pod that it selects has a port {target}", path, ports=sorted(names))
    elif isinstance(target, int | str) and int(target) not in numbers:
        message = f"no pod that it selects lists port {target}"
        yield Note(message=message, path=path, severity=Severity.WARNING, evidence={"ports": sorted(numbers)})


def _of_pods(pods: list[Pod]) -> tuple[set[str], set[int]]:
    """Names and numbers of all their ports. Nothing where a pod lists none: it may listen anywhere."""
    names: set[str] = set()
    numbers: set[int] = set()
    for pod in pods:
        ports = [port for container in pod.containers for _, port in mappings(container.body, "ports")]
        if not ports:
            return set(), set()
        names |= {text(port, "name") for port in ports} - {""}
        numbers |= {found for port in ports if (found := number(port, "containerPort")) is not None}
    return names, numbers
