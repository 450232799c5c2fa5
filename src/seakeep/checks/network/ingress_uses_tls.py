"""What comes in over an Ingress is encrypted.

What: each host of the rules is covered by an entry of spec.tls: its hosts, a wildcard that fits, or an entry without
hosts; where everything was read, or the objects have Secrets of the namespace, a Secret is named. Why: names and
passwords otherwise cross the network in the open. Evidence: the hosts that are not covered. Fix: spec.tls with a
Secret, from cert-manager for instance.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing, mappings, text, texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET017",
    title="an Ingress serves over TLS",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Ingress",),
    remediation="add spec.tls with a Secret for the hosts",
    references=("https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",),
    equivalents=(
        "polaris:tlsSettingsMissing",
        "kubescape:C-0263",
        "gatekeeper:httpsonly",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """A wildcard stands for one label."""
    entries = mappings(manifest.spec, "tls")
    if not entries:
        return bad("it serves without TLS", ("spec", "tls"))
    covered = {host for _, entry in entries for host in texts(entry, "hosts")}
    if any(not listing(entry, "hosts") for _, entry in entries):
        return None
    hosts = [text(rule, "host") for _, rule in mappings(manifest.spec, "rules")]
    plain = [host for host in hosts if host and host not in covered and f"*.{host.partition('.')[2]}" not in covered]
    if plain:
        return bad(f"it serves {', '.join(plain)} without TLS", ("spec", "tls"), hosts=plain)
    return None
