"""People log in as themselves.

What: how people are known to the API: an issuer of tokens (OIDC) in the authentication configuration, and who is
bound by name. Why: a client certificate cannot be taken back, a service account's or a bootstrap token has no person
behind it. Evidence: `jwt` of the AuthenticationConfiguration, users and bootstrap tokens that bindings name. Fix:
OIDC, and bindings of groups.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, review
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing, mappings, text

CHECK = Check(
    id="LIV010",
    title="people log in as themselves",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("clusterrolebindings", "rolebindings"),
    remediation="an issuer of tokens for people, and bindings of groups",
    equivalents=(
        "cis-1.12:3.1.1",
        "kubescape:C-0286",
        "kubescape:C-0287",
        "kubescape:C-0288",
        "cis-1.12:3.1.2",
        "cis-1.12:3.1.3",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Who a user is, only a person knows: the evidence is collected."""
    issuers = sum(len(listing(each.body, "jwt")) for each in live.index.of("AuthenticationConfiguration"))
    users = sorted(
        {
            text(subject, "name")
            for binding in live.index.of("ClusterRoleBinding", "RoleBinding")
            for _, subject in mappings(binding.body, "subjects")
            if text(subject, "kind") == "User" and not text(subject, "name").startswith("system:")
        }
    )
    named = ", ".join(users) or "nobody"
    yield review(live.design.name, f"{issuers} issuers of tokens; bound by name: {named}")
