"""Passwords and keys are not written into a manifest.

What: values of env whose name says that they are one (PASSWORD, TOKEN, API_KEY and their like, not TOKEN_FILE or
SECRET_NAME), or that are one by their form (private keys, tokens of known issuers); also in args. References, paths,
placeholders and switches pass. Why: what is in a manifest is in a repository, and in every backup of it. Evidence:
the name, never the value. Fix: a Secret, mounted as a file; and a new password, since this one is known.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.workload.secrets import is_secret
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD056",
    title="no secret stands in the manifest",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="move it to a Secret, and replace it: this one is known",
    equivalents=(
        "kube-linter:env-var-secret",
        "polaris:sensitiveContainerEnvVar",
        "kubescape:C-0012",
        "kubescape:C-0259",
    ),
)


def judge(container: Container, _: Index) -> Iterator[Note]:
    """One note for each."""
    body = container.body
    if "env" in body:
        for position, entry in mappings(body, "env"):
            value = entry.get("value")
            if isinstance(value, str) and is_secret(text(entry, "name"), value):
                path = container.at("env", position, "value")
                yield bad(f"{text(entry, 'name')} of container {container.name} is a secret", path)
    for field in ("args", "command"):
        if field in body:
            for position, argument in enumerate(listing(body, field)):
                name, equals, value = argument.lstrip("-").partition("=") if isinstance(argument, str) else ("", "", "")
                if equals and " " not in name and is_secret(name, value):
                    path = container.at(field, position)
                    yield bad(f"{name} in the {field} of container {container.name} is a secret", path)
