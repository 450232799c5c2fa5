"""Keys and certificates that two runs have in common."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from seakeep.design.model import Design
from seakeep.state import certificates, pki

if TYPE_CHECKING:
    from .folder import MemoryState


class Authority:
    """Makes the keys and certificates of each name once, so that two runs can be compared byte for byte. A key that is
    made while there is one already is another, as it would be."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, bytes], ec.EllipticCurvePrivateKey] = {}
        self.made: dict[tuple[str, bytes, bytes], x509.Certificate] = {}
        self.secrets: dict[str, bytes] = {}
        self.name = ""
        self.before = b""
        self._new_key, self._make_leaf, self._make_ca = (
            certificates.new_key,
            certificates.make_leaf,
            certificates.make_ca,
        )
        self._issue, self._missing = pki.issue, pki.missing
        self._known: dict[tuple[int, ...], tuple[object, Any]] = {}

    def issue(self, state: "MemoryState", design: Design, name: str, clock: Any) -> None:
        stored = state.read(name.removesuffix(".crt") + ".key")
        self.name, self.before = name, stored.reveal() if stored is not None else b""
        self._issue(state, design, name, clock)

    def missing(self, state: "MemoryState", design: Design, now: Any) -> Any:
        """Read once for the same values."""
        values = {name: found for name, found in state._cluster.values.items() if not name.startswith("runs/")}
        key = (id(design), *map(id, values.values()))
        if key not in self._known:
            self._known[key] = (values, self._missing(state, design, now))
        return self._known[key][1]

    def new_key(self) -> ec.EllipticCurvePrivateKey:
        return self.keys.setdefault((self.name, self.before), self._new_key())

    def make_leaf(self, leaf: Any, public: Any, authority: Any, key: Any, now: Any) -> x509.Certificate:
        by = certificates.public_pem(authority.public_key())
        return self._once((leaf.cert, repr(leaf).encode() + by, certificates.public_pem(public)),
                          lambda: self._make_leaf(leaf, public, authority, key, now))  # fmt: skip

    def make_ca(self, ca: Any, key: Any, now: Any) -> x509.Certificate:
        public = certificates.public_pem(key.public_key())
        return self._once((ca.name, b"", public), lambda: self._make_ca(ca, key, now))

    def _once(self, key: tuple[str, bytes, bytes], make: Callable[[], x509.Certificate]) -> x509.Certificate:
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]
