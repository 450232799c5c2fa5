"""A container keeps the SELinux type that separates it from the node.

What: seLinuxOptions has a type that containers get by themselves (container_t, container_init_t, container_kvm_t,
container_engine_t, or none), and neither a user nor a role. Why: spc_t and others are not confined at all. Evidence:
the effective field. Fix: remove type, user and role; a level is fine.
"""

from seakeep.checks.base import Answer, Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.core.json import Json
from seakeep.manifests.access import Path, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD026",
    title="SELinux still separates the container",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove type, user and role from seLinuxOptions",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",),
    equivalents=("gatekeeper:selinux",),
)

TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})


def judge(container: Container, _: Index) -> Answer:
    """The container's own, which replace the pod's as a whole; and the pod's all the same: Pod Security refuses them
    whether or not a container uses them."""
    if "seLinuxOptions" not in container.security:
        return None
    own = container.own_security.get("seLinuxOptions")
    return _wrong(
        container.pod.security.get("seLinuxOptions"), container.pod.at("securityContext", "seLinuxOptions")
    ) or (_wrong(own, container.at("securityContext", "seLinuxOptions")))


def _wrong(options: Json, path: Path) -> Note | None:
    if text(options, "type") not in TYPES:
        return bad(f"it asks for the SELinux type {text(options, 'type')}", (*path, "type"))
    for field in ("user", "role"):
        if text(options, field):
            return bad(f"it sets the SELinux {field}", (*path, field))
    return None
