"""Namespaces without labels are held to a level.

What: the PodSecurity plugin's defaults in an AdmissionConfiguration enforce baseline or restricted. Why: without
them, and without labels, a namespace lets privileged pods in. Evidence: the plugin's configuration; one that stands
in another file cannot be seen here. Fix: pod-security.admission.config.k8s.io/v1 with `defaults: {enforce:
restricted}` and exemptions.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Scope, bad, unsure
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import Path, mapping, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB160",
    title="namespaces without labels are held to a level",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("AdmissionConfiguration", "PodSecurityConfiguration"),
    remediation="PodSecurity: defaults: {enforce: restricted} in pod-security.admission.config.k8s.io/v1",
    references=("https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/",),
    equivalents=("cis-1.12:5.2.1",),
)


def judge(each: Manifest, index: Index) -> Iterator[Note]:
    """The configuration stands in the plugin, or is an object of its own. Its version is judged with the level: another
    one is not read."""
    if each.kind == "PodSecurityConfiguration":
        yield from _settings(each.body, ())
        return
    asked = False
    for number, plugin in mappings(each.body, "plugins"):
        if text(plugin, "name") != "PodSecurity":
            continue
        asked = True
        path: Path = ("plugins", number)
        if settings := mapping(plugin, "configuration"):
            yield from _settings(settings, (*path, "configuration"))
        elif not index.of("PodSecurityConfiguration"):
            yield unsure(f"its configuration is in {text(plugin, 'path')}, which was not given", path)
    if not asked:
        yield MOOT


def _settings(settings: JsonObject, path: Path) -> Iterator[Note]:
    version = text(settings, "apiVersion")
    if version != "pod-security.admission.config.k8s.io/v1":
        yield bad(f"{version or 'no version'} is not read", (*path, "apiVersion"))
    level = text(settings, "defaults", "enforce") or "privileged"
    if level not in {"baseline", "restricted"}:
        yield bad(f"namespaces without labels are {level}", (*path, "defaults", "enforce"))
