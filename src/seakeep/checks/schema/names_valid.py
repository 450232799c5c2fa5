"""The object can be created under its name and in its namespace.

What: metadata.name or generateName is there; it is a DNS subdomain, for Services and Namespaces a label of 63
characters, for RBAC objects anything without / and %; the namespace is a label. Why: the API server refuses it.
Evidence: the name. Fix: lower case letters, digits, hyphens and dots.
"""

import re

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.schema.fields import Validated
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="SCH007",
    title="names are ones that the API takes",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="use lower case letters, digits, hyphens and dots",
    references=("https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",),
)


LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
SHORT = frozenset({"Service", "Namespace"})
FREE = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})


def judge(manifest: Manifest, index: Index) -> Answer:
    """Only objects that an API serves have names."""
    if index.once(Validated).shape(manifest) is None:
        return MOOT
    name = manifest.name
    path = ("metadata", "name" if "name" in manifest.metadata else "generateName")
    if not name:
        return bad("it has no name", ("metadata", "name"))
    if path[1] == "generateName":
        name = name.rstrip("-.") or "x"
    kind = manifest.type
    if kind in FREE:
        right = "/" not in name and "%" not in name
    elif kind in SHORT:
        right = len(name) <= 63 and LABEL.fullmatch(name) is not None
    else:
        right = len(name) <= 253 and SUBDOMAIN.fullmatch(name) is not None
    if not right:
        return bad(f"{name} is no name for a {manifest.kind}", path)
    namespace = manifest.namespace_given
    if namespace and (len(namespace) > 63 or not LABEL.fullmatch(namespace)):
        return bad(f"{namespace} is no name of a namespace", ("metadata", "namespace"))
    return None
