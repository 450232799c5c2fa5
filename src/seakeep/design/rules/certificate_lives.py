"""A certificate that is due for renewal when it is made would be made over and over."""

from collections.abc import Iterator
from datetime import timedelta

from seakeep.core.finding import Severity
from seakeep.design.draft import Draft, Note, Rule, bad, good
from seakeep.design.pki import renew_before
from seakeep.spec.fields import duration

SHORTEST = timedelta(minutes=2)
"""An apply has to fit into what is left when a certificate becomes due."""


def judge(draft: Draft) -> Iterator[Note]:
    """What the rule says about a draft."""
    pki = draft.spec.pki
    leaf, ca, before = duration(pki.leaf_lifetime), duration(pki.ca_lifetime), renew_before(pki)
    clean = True
    if leaf < SHORTEST:
        clean = False
        yield bad(
            f"certificates that live {pki.leaf_lifetime} end before they can be renewed",
            where="spec.pki.leafLifetime",
            fix="2m at least, and that only to try things out",
        )
    if ca < leaf * 2:
        clean = False
        yield bad(
            f"authorities live {pki.ca_lifetime}, which is not twice the {pki.leaf_lifetime} of what they sign",
            where="spec.pki.caLifetime",
            fix="a certificate never outlives its authority: choose a longer caLifetime",
        )
    if before > leaf * 0.8:
        clean = False
        yield bad(
            f"certificates that live {pki.leaf_lifetime} would be renewed {pki.renew_before} before their end",
            where="spec.pki.renewBefore",
            fix="choose four fifths of leafLifetime at most, or leave it out",
        )
    if clean:
        yield good(f"certificates live {pki.leaf_lifetime} and are renewed in time")


RULE = Rule(
    id="DES035",
    title="Certificates live long enough to be renewed, and authorities outlive them",
    severity=Severity.ERROR,
    judge=judge,
)
