"""A Secret does not become part of the environment.

What: neither env nor envFrom takes a Secret. INFO: many programs read nothing else. Why: the environment is inherited
by every child, ends up in crash reports and in /proc, and does not change when the Secret does. Evidence: the
Secret's name. Fix: mount it, and give the program the path.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD057",
    title="Secrets are mounted as files",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="mount the Secret as a file",
    references=("https://kubernetes.io/docs/concepts/security/secrets-good-practices/",),
    equivalents=(
        "kube-linter:read-secret-from-env-var",
        "checkov:CKV_K8S_35",
        "kubescape:C-0207",
        "cis-1.12:5.4.1",
    ),
)


def judge(container: Container, _: Index) -> Iterator[Note]:
    """One note for each."""
    body = container.body
    if "env" in body:
        for position, entry in mappings(body, "env"):
            name = text(entry, "valueFrom", "secretKeyRef", "name") if "valueFrom" in entry else ""
            if name:
                path = container.at("env", position, "valueFrom", "secretKeyRef")
                yield bad(f"container {container.name} has Secret {name} in its environment", path)
    if "envFrom" in body:
        for position, entry in mappings(body, "envFrom"):
            name = text(entry, "secretRef", "name")
            if name:
                path = container.at("envFrom", position, "secretRef")
                yield bad(f"container {container.name} has Secret {name} in its environment", path)
