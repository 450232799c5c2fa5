"""Add-ons that can do much are not of a version with a known way in.

What: images of add-ons whose tag is a version with a vulnerability that leads to the cluster: Argo CD
(CVE-2022-24348), Grafana (CVE-2022-39328), Kyverno (CVE-2022-47633), ingress-nginx (CVE-2025-1974). It is a short
list of what is worth stopping for, and no scanner: images are not opened. Tags that are no version are UNKNOWN. Why:
these are exploited. Evidence: version and the first that is right. Fix: that version.
"""

import re

from seakeep.checks.base import Answer, Check, Per, Scope, bad, unsure
from seakeep.checks.images.reference import parse
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG007",
    title="no add-on has a hole that opens the cluster",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="use a version that is fixed",
    equivalents=(
        "kubescape:C-0081",
        "kubescape:C-0090",
        "kubescape:C-0091",
    ),
)


HOLES: dict[str, tuple[tuple[tuple[int, int, int], tuple[int, int, int], str], ...]] = {
    "argocd": (((0, 0, 0), (2, 1, 9), "CVE-2022-24348"), ((2, 2, 0), (2, 2, 4), "CVE-2022-24348")),
    "grafana": (((9, 2, 0), (9, 2, 4), "CVE-2022-39328"),),
    "kyverno": (((1, 8, 3), (1, 8, 5), "CVE-2022-47633"),),
    "controller": (((0, 0, 0), (1, 11, 5), "CVE-2025-1974"), ((1, 12, 0), (1, 12, 1), "CVE-2025-1974")),
}
"""Ranges of versions by the last part of the repository: the first that has the hole, and the first that does not."""


def judge(container: Container, _: Index) -> Answer:
    """`controller` is ingress-nginx's only in a repository of that name."""
    image = container.image
    if not image:
        return None
    found = parse(image)
    name = found.repository.rpartition("/")[2] if found is not None else ""
    if found is None or name not in HOLES or (name == "controller" and "ingress-nginx" not in found.repository):
        return None
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", found.tag)
    if match is None:
        return unsure(f"the version of {image} cannot be told from its tag", container.at("image"))
    version = (int(match[1]), int(match[2]), int(match[3]))
    for first, fixed, hole in HOLES[name]:
        if first <= version < fixed:
            said = ".".join(map(str, fixed))
            return bad(f"{image} has {hole}, which {said} has not", container.at("image"), fixed=said, hole=hole)
    return None
