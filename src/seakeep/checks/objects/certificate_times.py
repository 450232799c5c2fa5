"""A certificate of cert-manager is renewed in time.

What: renewBefore of a Certificate is less than its duration, and leaves a day. Why: with more it is renewed all the
time; with less than a day an issuer that is down for a night is an outage. Evidence: spec.duration, spec.renewBefore;
defaults 2160h and a third of it. Fix: leave both out, or `duration: 2160h`, `renewBefore: 720h`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.formats.duration import seconds
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="CRT002",
    title="a certificate of cert-manager is renewed in time",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("cert-manager.io/Certificate",),
    remediation="duration: 2160h, renewBefore: 720h",
    references=("https://cert-manager.io/docs/usage/certificate/",),
)


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """Of what is written."""
    duration = seconds(text(each.spec, "duration") or "2160h") or 0.0
    before = seconds(text(each.spec, "renewBefore")) if text(each.spec, "renewBefore") else duration / 3
    if before is None or before >= duration:
        yield bad(f"renewed {text(each.spec, 'renewBefore')} before it ends", ("spec", "renewBefore"))
    elif before < 86_400 <= duration:
        yield bad(f"only {before / 3600:g} h are left to renew it", ("spec", "renewBefore"))
