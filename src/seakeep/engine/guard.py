"""What the engine refuses to put into a shell script or to remove, whoever asks."""

import re
import shlex

from seakeep.core.errors import RefusedError
from seakeep.engine.model import (
    LoadImage,
    MachineAction,
    PlaceBinaries,
    PutDir,
    PutFile,
    PutLink,
    PutUser,
    Remove,
    RemoveDir,
    Script,
    SetAside,
    UnitDo,
)

_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,30}", re.ASCII)
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.@-]{0,200}", re.ASCII)
_STAMP = re.compile(r"[A-Za-z0-9:._-]{0,200}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,100}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_OVERRIDE = re.compile(
    r"/((etc|run)/systemd/system(\.control)?|usr/local/lib/systemd/system)/"
    r"[A-Za-z0-9:_.@-]+\.service(\.d/[^/]+\.conf)?",
    re.ASCII,
)
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,300}", re.ASCII)

PROTECTED = (
    # Shell patterns, matched against the whole path; `*` also matches `/`.
    "/bin/*", "/boot/*", "/dev/*", "/lib/*", "/lib32/*", "/lib64/*", "/proc/*", "/sbin/*", "/sys/*",
    "/home/*", "/root/.ssh", "/root/.ssh/*",
    "/etc/apt", "/etc/default", "/etc/dnf", "/etc/fstab", "/etc/group", "/etc/gshadow", "/etc/hostname",
    "/etc/hosts", "/etc/machine-id", "/etc/modules-load.d", "/etc/netplan", "/etc/network", "/etc/passwd",
    "/etc/pam.d", "/etc/resolv.conf", "/etc/shadow", "/etc/ssh", "/etc/ssh/*", "/etc/ssl", "/etc/sudoers",
    "/etc/sudoers.d", "/etc/sysctl.d", "/etc/systemd", "/etc/systemd/network", "/etc/systemd/system",
    "/run/systemd", "/run/systemd/*", "/run/user", "/run/dbus", "/run/lock",
    "/usr/bin", "/usr/bin/*", "/usr/lib", "/usr/lib/*", "/usr/lib64", "/usr/lib64/*", "/usr/libexec",
    "/usr/libexec/*", "/usr/sbin", "/usr/sbin/*", "/usr/share", "/usr/share/*", "/usr/local",
    "/usr/local/bin", "/usr/local/lib", "/usr/local/sbin", "/usr/local/etc",
    "/var/cache", "/var/lib", "/var/log", "/var/run", "/var/spool", "/var/tmp",  # noqa: S108 - names what is kept, writes nothing
    "/var/lib/apt", "/var/lib/apt/*", "/var/lib/dbus", "/var/lib/dpkg", "/var/lib/dpkg/*", "/var/lib/rpm",
    "/var/lib/rpm/*", "/var/lib/systemd", "/var/lib/systemd/*", "/var/log/journal",
)  # fmt: skip
"""Paths that are never removed, besides everything that stands directly under `/`."""


def quote(value: str) -> str:
    """The value as one word of a POSIX shell."""
    return shlex.quote(value)


def path(value: str) -> str:
    """The value, when it is an absolute path in its shortest form without control characters."""
    parts = value.split("/")
    plain = value.isprintable() and value.startswith("/") and len(value) <= 1024
    if not plain or any(part in ("", ".", "..") for part in parts[1:]):
        raise RefusedError(f"{value!r} is not an absolute path in its shortest form")
    return value


def removable(value: str) -> str:
    """The value, when removing it cannot take the operating system with it."""
    path(value)
    if value.count("/") < 2 or any(_matches(pattern, value) for pattern in PROTECTED):
        raise RefusedError(f"{value} belongs to the operating system and is never removed")
    return value


def movable(value: str) -> str:
    """The value, when it may be set aside: what may be removed, and the overrides of single units."""
    path(value)
    return value if _OVERRIDE.fullmatch(value) else removable(value)


def account(value: str) -> str:
    """The value, when it is a name of a system user or group."""
    return _fits(_ACCOUNT, value, "name of a system account")


def unit(value: str) -> str:
    """The value, when it is a name of a systemd unit."""
    return _fits(_UNIT, value, "name of a systemd unit")


def stamp(value: str) -> str:
    """The value, when it is a stamp: a digest or empty."""
    return _fits(_STAMP, value, "stamp")


def word(value: str) -> str:
    """The value, when it is a name of a component, version or program."""
    return _fits(_WORD, value, "name of a component, version or program")


def sha256(value: str) -> str:
    """The value, when it is a sha256 in lower-case hex."""
    return _fits(_SHA256, value, "sha256 digest")


def image(value: str) -> str:
    """The value, when it is an image reference."""
    return _fits(_IMAGE, value, "image reference")


def mode(value: int) -> str:
    """The mode in octal."""
    if not 0 <= value <= 0o7777:
        raise RefusedError(f"{value:o} is not a file mode")
    return f"{value:04o}"


def check(action: MachineAction) -> None:
    """Refuse what could not be sent, before anything is sent."""
    match action:
        case PutUser(user):
            account(user.name)
            path(user.home)
        case PutDir(spec) | PutFile(spec):
            path(spec.path)
            account(spec.owner)
            account(spec.group)
            mode(spec.mode)
        case PutLink(where, target):
            path(where)
            if not target or not target.isprintable():
                raise RefusedError(f"{target!r} is not a target for the link {where}")
        case Remove(where) | RemoveDir(where):
            removable(where)
        case SetAside(where):
            movable(where)
        case PlaceBinaries() | LoadImage():
            _check_bulk(action)
        case UnitDo(name, _, mark):
            unit(name)
            stamp(mark)
        case Script(text):
            if "\0" in text:
                raise RefusedError("a script holds a NUL character")


def _check_bulk(action: PlaceBinaries | LoadImage) -> None:
    if isinstance(action, LoadImage):
        image(action.reference)
        return
    word(action.component)
    word(action.version)
    for name, digest in action.programs:
        word(name)
        sha256(digest)


def _fits(pattern: re.Pattern[str], value: str, what: str) -> str:
    if pattern.fullmatch(value) is None:
        raise RefusedError(f"{value!r} is not a {what}")
    return value


def _matches(pattern: str, value: str) -> bool:
    return value.startswith(pattern[:-1]) if pattern.endswith("/*") else value == pattern
