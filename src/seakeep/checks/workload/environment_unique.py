"""A variable is given to a container once.

What: names in `env` of each container. Why: the last one wins without a word, and the two are edited apart. Evidence:
the position of both. Fix: keep one.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD004",
    title="environment variables are given once",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="keep one of the two",
    equivalents=(
        "kube-linter:duplicate-env-var",
        "kube-score:environment-variable-key-duplication",
        "kubescape:C-0295",
    ),
)


def judge(container: Container, _: Index) -> Iterator[Note]:
    """One note for each that comes again."""
    first: dict[str, int] = {}
    for number, entry in mappings(container.body, "env"):
        name = text(entry, "name")
        if name in first:
            yield bad(
                f"{name} is given twice in container {container.name}", container.at("env", number), first=first[name]
            )
        first.setdefault(name, number)
