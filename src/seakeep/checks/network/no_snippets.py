"""Whoever may create an Ingress cannot program the controller.

What: no annotation of nginx.ingress.kubernetes.io that ends in -snippet. Why: the text goes into nginx.conf as it is;
with lua, alias or root it reads the controller's token, which can read every Secret (CVE-2021-25742 and its
successors). Evidence: the annotation, and what it uses. Fix: the annotations and fields that do the same thing.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET020",
    title="no Ingress writes into the configuration of nginx",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Ingress",),
    remediation="remove the snippet",
    references=("https://github.com/kubernetes/ingress-nginx/issues/7837",),
    equivalents=(
        "checkov:CKV_K8S_152",
        "checkov:CKV_K8S_153",
        "checkov:CKV_K8S_154",
        "kubescape:C-0059",
    ),
)

DANGEROUS = ("lua", "alias", "root ", "proxy_pass", "load_module", "serviceaccount")


def judge(manifest: Manifest, _: Index) -> Iterator[Note]:
    """One note for each."""
    for name, value in manifest.annotations.items():
        prefix, _slash, rest = name.partition("/")
        if prefix.endswith("ingress.kubernetes.io") and rest.endswith("-snippet"):
            used = [word.strip() for word in DANGEROUS if word in value]
            said = f", and uses {', '.join(used)}" if used else ""
            yield bad(f"{rest} writes into the controller's configuration{said}", ("metadata", "annotations", name))
