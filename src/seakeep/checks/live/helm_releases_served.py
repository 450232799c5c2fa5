"""The newest revision of every Helm release consists of what the target serves.

What: with --helm, the manifests that Helm has stored of the newest deployed revision of each release, against --target.
Older revisions are history and are not judged. Of Secrets only metadata is read otherwise: then it is told how many
releases were not looked into. Why: `helm upgrade` builds on the stored manifests, and fails where the API does not know
a version in them, whatever the new chart says. Evidence: release, revision, and the objects. Fix: upgrade the chart
before the cluster; where the cluster was first, the plugin helm-mapkubeapis rewrites the stored release.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, Release, good, review, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.versions.apis import lifecycle, successor

CHECK = Check(
    id="LIV031",
    title="Helm's newest revisions consist of what the target serves",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("secrets",),
    remediation="upgrade the chart before the cluster, or rewrite the stored release with helm-mapkubeapis",
    references=("https://helm.sh/docs/topics/kubernetes_apis/",),
)


def judge(live: Live) -> Iterable[Note]:
    """Release by release."""
    if live.releases is None:
        yield unknown(live.design.name, "the API was not asked for Helm's releases")
        return
    if not live.releases.opened:
        if live.releases.newest:
            yield review(
                live.design.name, f"{len(live.releases.newest)} releases were not looked into; --helm reads them"
            )
        return
    for release in live.releases.newest:
        subject = f"{release.namespace}/{release.name}"
        if release.why:
            yield unknown(subject, f"revision {release.revision} could not be read: {release.why}")
        elif gone := _gone(release, live.index.policy.target):
            yield wrong(subject, f"revision {release.revision} holds {'; '.join(gone)}", objects=gone)
        else:
            yield good(subject, f"revision {release.revision}: {len(release.objects)} objects")


def _gone(release: Release, target: tuple[int, int]) -> list[str]:
    found = []
    for version, kind, name in release.objects:
        known = lifecycle(version, kind)
        if known is None or known.removed is None or known.removed > target:
            continue
        place = successor(known, target)
        instead = f", {place[0]} takes its place" if place else ""
        found.append(f"{version} {kind} {name}, removed in {known.removed[0]}.{known.removed[1]}{instead}")
    return found
