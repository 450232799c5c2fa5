"""Proofs, as notes."""

from collections.abc import Iterable

from seakeep.checks.base import Note
from seakeep.checks.live.base import Live, good, unknown, wrong


def proven_of_tenants(live: Live, name: str) -> Iterable[Note]:
    """As `proven`, where the file has tenants: without them the question does not arise."""
    if live.design.tenants:
        yield from proven(live, name)


def proven(live: Live, name: str) -> Iterable[Note]:
    """A note for each place where it was tried. Nothing tried at all is UNKNOWN."""
    tried = live.proofs.get(name, ())
    if not tried:
        yield unknown(live.design.name, "it was not tried")
    for subject, proof in tried:
        if proof.held is None:
            yield unknown(subject, proof.said)
        else:
            yield good(subject, proof.said) if proof.held else wrong(subject, proof.said)
