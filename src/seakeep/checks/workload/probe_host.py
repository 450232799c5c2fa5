"""A probe asks the pod that it speaks for.

What: no probe and no lifecycle hook has a host. Why: the kubelet then asks another machine, from the node's network:
the answer says nothing about the pod, and it is a way to make nodes send requests. 127.0.0.1 is the node's own.
Evidence: the host. Fix: remove it; a Host header goes to httpHeaders.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD041",
    title="probes and hooks ask the pod itself",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove host; a Host header belongs to httpHeaders",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",),
    equivalents=("gatekeeper:host-probes-lifecycle",),
)

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
HOOKS = ("postStart", "preStop")


def judge(container: Container, _: Index) -> Iterator[Note]:
    """Three probes and two hooks, over HTTP and TCP."""
    body = container.body
    places: list[tuple[str, ...]] = [(probe,) for probe in PROBES if probe in body]
    if "lifecycle" in body:
        places += [("lifecycle", hook) for hook in HOOKS]
    for place in places:
        for question in ("httpGet", "tcpSocket"):
            host = dig(body, *place, question, "host")
            if host:
                path = container.at(*place, question, "host")
                yield bad(f"{place[-1]} of container {container.name} asks {host}", path)
