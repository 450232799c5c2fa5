"""cert-manager's chart is told with crds.enabled whether it brings its definitions.

What: no installCRDs in its values; `crds.enabled` and `crds.keep`. Why: installCRDs is deprecated, and without
crds.keep an uninstall takes every certificate of the cluster with it. Evidence: the values. Fix: `crds: {enabled:
true, keep: true}`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="CRT001",
    title="cert-manager's definitions are brought, and kept",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("cert-manager-values",),
    remediation="crds: {enabled: true, keep: true}",
    references=("https://cert-manager.io/docs/installation/helm/",),
)


def judge(file: OperatorFile, _: Index) -> Iterator[Note]:
    """Both forms."""
    if dig(file.data, "installCRDs") is not None:
        yield bad("installCRDs is deprecated: crds.enabled takes its place", ("installCRDs",))
    if dig(file.data, "crds", "keep") is False:
        yield bad("an uninstall takes every certificate with it", ("crds", "keep"))
