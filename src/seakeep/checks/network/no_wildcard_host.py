"""An Ingress answers for the hosts that it names.

What: every rule has a host, and it is no wildcard; a default backend alone takes all hosts too. Why: it answers for
names of others, those of other namespaces and those that come later. Evidence: the rule. Fix: the hosts by name.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET019",
    title="no Ingress takes all hosts",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Ingress",),
    remediation="name the hosts",
    equivalents=("gatekeeper:block-wildcard-ingress",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """One note for each rule."""
    rules = mappings(manifest.spec, "rules")
    if not rules:
        return bad("it answers for every host", ("spec", "rules"))
    return [
        bad(f"the rule answers for {host or 'every host'}", ("spec", "rules", position, "host"))
        for position, rule in rules
        if not (host := text(rule, "host")) or "*" in host
    ]
