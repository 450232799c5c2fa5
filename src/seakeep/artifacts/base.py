"""What an artifact is: a file with secrets by reference, a systemd unit, an object for the API."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from seakeep.core.change import Risk
from seakeep.core.json import JsonObject
from seakeep.core.secret import Secret, SecretRef

Resolve = Callable[[SecretRef], Secret | None]
"""Looks a reference up in the state folder; None while the value does not exist yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """A file on a machine. `parts` are concatenated; references are filled in on the way to the machine."""

    path: str
    parts: tuple[str | SecretRef, ...]
    owner: str = "root"
    group: str = "root"
    mode: int = 0o644

    def content(self, resolve: Resolve) -> bytes | None:
        """The bytes, or None while a referenced secret does not exist yet."""
        pieces: list[bytes] = []
        for part in self.parts:
            if isinstance(part, str):
                pieces.append(part.encode())
                continue
            secret = resolve(part)
            if secret is None:
                return None
            pieces.append(secret.reveal())
        return b"".join(pieces)

    def digest(self, resolve: Resolve) -> str | None:
        """sha256 of the content in hex, or None as in `content`."""
        content = self.content(resolve)
        return None if content is None else hashlib.sha256(content).hexdigest()

    @property
    def is_secret(self) -> bool:
        """Whether its content must stay out of anything printed."""
        return any(isinstance(part, SecretRef) and not part.name.endswith((".crt", ".pub")) for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirSpec:
    """A folder that Seakeep makes, with its owner and mode."""

    path: str
    owner: str = "root"
    group: str = "root"
    mode: int = 0o755


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSpec:
    """A systemd service that Seakeep owns.

    `reads` are the paths whose change makes a restart (or reload) necessary, the unit file included;
    `binaries` are (component, program) pairs it runs from /opt/seakeep. `reloads` lists those of `reads` that
    a reload is enough for. `follows` are paths that it reads again by itself: a change needs neither, but is made on
    one machine after the other all the same.
    """

    name: str
    reads: tuple[str, ...]
    binaries: tuple[tuple[str, str], ...] = ()
    risk: Risk = Risk.RESTART
    reloads: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSpec:
    """A system account without a login."""

    name: str
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFiles:
    """All that one artifact puts on one machine."""

    dirs: tuple[DirSpec, ...] = ()
    files: tuple[FileSpec, ...] = ()
    units: tuple[UnitSpec, ...] = ()
    users: tuple[UserSpec, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KubeObject:
    """An object that Seakeep owns through server-side apply. `body` holds only the fields it owns."""

    api_version: str
    kind: str
    name: str
    namespace: str | None
    body: JsonObject
