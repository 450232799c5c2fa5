"""A container keeps the SELinux type that separates it from the node.

What: seLinuxOptions has a type that containers get by themselves (container_t, container_init_t, container_kvm_t,
container_engine_t, or none), and neither a user nor a role. Why: spc_t and others are not confined at all. Evidence:
the effective field. Fix: remove type, user and role; a level is fine.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
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
    """The effective options: a container's own replace the pod's as a whole."""
    options = container.security.get("seLinuxOptions")
    if options is None:
        return None
    path = container.security_at("seLinuxOptions")
    if text(options, "type") not in TYPES:
        return bad(f"container {container.name} runs with the type {text(options, 'type')}", (*path, "type"))
    for field in ("user", "role"):
        if text(options, field):
            return bad(f"container {container.name} sets the SELinux {field}", (*path, field))
    return None
