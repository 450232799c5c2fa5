"""Which certificates a command line means. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches

from seakeep.core.clock import rfc3339
from seakeep.core.errors import UsageError
from seakeep.design.model import Design, Leaf
from seakeep.state import rotation
from seakeep.state.pki import Missing
from seakeep.state.rotation import ca_name
from seakeep.state.rotation import names as authorities

WHY_ALL = "all are to be renewed"


def meant(design: Design, words: Sequence[str]) -> tuple[Leaf, ...]:
    """The leaves that the words name, in the order of the design: `apiserver-a-cp1` (of every authority that has one),
    `etcd/apiserver-a-cp1`, `pki/etcd/apiserver-a-cp1.crt`, or a machine's name for all that it holds.

    UsageError for a word that names none.
    """
    known = _known(design)
    chosen: set[str] = set()
    for word in words:
        plain = _plain(word)
        if plain not in known:
            raise _unknown(design, word, plain, known)
        chosen.update(leaf.cert for leaf in known[plain])
    return tuple(leaf for leaf in design.pki.leaves if leaf.cert in chosen)


def shown(design: Design, words: Sequence[str]) -> frozenset[str]:
    """The names, as `certs list` shows them, of what the words mean: those of `meant`, `kubelet/NODE`, and authorities
    (`etcd` or `etcd/ca`).

    UsageError for a word that names none.
    """
    others: dict[str, tuple[str, ...]] = {
        f"kubelet/{machine.name}": (f"kubelet/{machine.name}",) for machine in design.nodes
    }
    for ca in design.pki.cas:
        versions = tuple(_plain(name) for name in (ca_name(ca.name), *rotation.others(ca.name)))
        others |= {ca.name: versions, **{name: (name,) for name in versions}}
    chosen: set[str] = set()
    for word in words:
        if _plain(word) in others:
            chosen.update(others[_plain(word)])
            continue
        chosen.update(_plain(leaf.cert) for leaf in meant(design, (word,)))
        chosen.update(others.get(f"kubelet/{word}", ()))
    return frozenset(chosen)


def _plain(name: str) -> str:
    return name.removeprefix("pki/").removesuffix(".crt")


def due(
    design: Design, ends: Mapping[str, datetime], *, within: timedelta, now: datetime
) -> tuple[tuple[Leaf, str], ...]:
    """The leaves that end within this time, each with the reason."""
    found = [(leaf, ends[leaf.cert]) for leaf in design.pki.leaves if leaf.cert in ends]
    return tuple((leaf, f"expires on {rfc3339(end)}") for leaf, end in found if end - now <= within)


def wishes(leaves: Sequence[Leaf], why: str) -> tuple[Missing, ...]:
    """The leaves as things to issue."""
    return tuple(Missing(leaf.cert, why) for leaf in leaves)


def authority(design: Design, words: Sequence[str]) -> tuple[str, ...]:
    """The authorities that the words name, in the order in which they are replaced; `all` is every one.

    UsageError for a word that names none.
    """
    known = authorities(design)
    for word in words:
        if word not in (*known, "all"):
            close = get_close_matches(word, known, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise UsageError(f"there is no authority {word!r}", hint=f"{hint}it is one of {', '.join(known)}, or all")
    return tuple(name for name in known if name in words or "all" in words)


def _known(design: Design) -> dict[str, list[Leaf]]:
    known: dict[str, list[Leaf]] = {}
    for leaf in design.pki.leaves:
        for name in (leaf.name, f"{leaf.ca}/{leaf.name}", *((leaf.host,) if leaf.host is not None else ())):
            known.setdefault(name, []).append(leaf)
    return known


def _unknown(design: Design, word: str, plain: str, known: Mapping[str, list[Leaf]]) -> UsageError:
    if plain in authorities(design) or plain.endswith("/ca"):
        name = plain.removesuffix("/ca")
        return UsageError(f"{word!r} is an authority", hint=f"`seakeep certs rotate-ca {name}` replaces it, in stages")
    if plain.startswith("kubelet/"):
        return UsageError(
            f"{word!r} is the kubelet's own, which it renews through the cluster",
            hint="`seakeep apply` gives the kubelet a new one when it has not",
        )
    if any(machine.name == plain for machine in design.machines):
        return UsageError(
            f"{plain} has no certificate of its own, only what it trusts", hint="`seakeep certs list` names them all"
        )
    close = get_close_matches(plain, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return UsageError(f"there is no certificate {word!r}", hint=f"{hint}`seakeep certs list` names them all")
