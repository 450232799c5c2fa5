"""The state folder of one cluster: its keys, certificates, runs. Only its owner can look into it.

Folders are 0700 and files 0600. A folder or file that others could read is refused rather than repaired:
whoever opened it may have read the keys already, and only a person can judge that.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from seakeep.core.errors import RefusedError, UsageError, unreadable
from seakeep.core.secret import Secret, SecretRef


def base_folder(environ: Mapping[str, str]) -> Path:
    """Where the states of all clusters lie: $SEAKEEP_STATE, else $XDG_STATE_HOME/seakeep, else
    ~/.local/state/seakeep."""
    if chosen := environ.get("SEAKEEP_STATE"):
        return Path(chosen).expanduser()
    # The XDG specification says to ignore a relative path.
    home = environ.get("XDG_STATE_HOME", "")
    state = Path(home) if home.startswith("/") else Path(environ.get("HOME") or Path.home()) / ".local" / "state"
    return state / "seakeep"


class State:
    """Reads and writes values by name; a name is a path relative to the folder, such as `pki/etcd/ca.key`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def open(cls, root: Path) -> "State":
        """The folder, made if it is missing. RefusedError for one that is not safe to keep keys in."""
        state = cls(root)
        if not root.exists():
            state._make(root)
        state.check(root)
        return state

    @property
    def exists(self) -> bool:
        """Whether the folder is there at all."""
        return self.root.is_dir()

    def path(self, name: str) -> Path:
        """Where a value lies. ValueError for a name that leads out of the folder."""
        parts = name.split("/")
        if name.startswith("/") or any(part in ("", ".", "..") for part in parts):
            raise ValueError(f"{name!r} is not a name in the state folder")
        return self.root.joinpath(*parts)

    def read(self, name: str | SecretRef) -> Secret | None:
        """The value, or None if it does not exist. RefusedError if others could have read or written it."""
        path = self.path(name.name if isinstance(name, SecretRef) else name)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unreadable(path, error, UsageError) from error
        with os.fdopen(descriptor, "rb") as file:
            _refuse_open(path, os.fstat(file.fileno()))
            return Secret(file.read())

    def resolve(self, reference: SecretRef) -> Secret | None:
        """Look a reference of an artifact up (the `Resolve` of artifacts)."""
        return self.read(reference)

    def write(self, name: str, value: Secret | bytes, *, durable: bool = False) -> None:
        """Store a value, whole or not at all. `durable` also survives a power cut: for what cannot be made
        again."""
        path = self.path(name)
        self._make(path.parent)
        content = value.reveal() if isinstance(value, Secret) else value
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(content)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException as error:
            temporary.unlink(missing_ok=True)
            if isinstance(error, OSError):
                error.filename = str(path)
            raise
        if durable:
            _sync_folder(path.parent)

    def folder(self, name: str) -> Path:
        """A folder of the state, made if it is missing."""
        path = self.path(name)
        self._make(path)
        return path

    def remove(self, name: str) -> None:
        """Forget a value; one that is not there is fine."""
        self.path(name).unlink(missing_ok=True)

    def holds(self, name: str) -> bool:
        """Whether there is a value of that name, readable or not."""
        return self.path(name).exists()

    def names(self, under: str = "") -> tuple[str, ...]:
        """The names of all values below a folder, sorted."""
        top = self.path(under) if under else self.root
        found = (path for path in top.rglob("*") if path.is_file() and not path.name.startswith("."))
        return tuple(sorted(path.relative_to(self.root).as_posix() for path in found))

    def check(self, path: Path) -> None:
        """RefusedError unless `path`, a folder or file of the state, belongs to this user alone."""
        try:
            status = path.lstat()
        except OSError as error:
            raise UsageError(f"cannot use the state folder {path}: {error.strerror}") from error
        if stat.S_ISLNK(status.st_mode):
            # The user may have put the folder elsewhere; what counts is where it leads.
            status = path.stat()
        _refuse_open(path, status)
        if path == self.root and not stat.S_ISDIR(status.st_mode):
            raise UsageError(f"the state folder {path} is not a folder")

    def unsafe(self) -> Iterator[RefusedError]:
        """What is wrong with owners and modes anywhere in the folder."""
        for path in [self.root, *sorted(self.root.rglob("*"))]:
            try:
                self.check(path)
            except RefusedError as error:
                yield error

    def _make(self, folder: Path) -> None:
        missing: list[Path] = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for path in reversed(missing):
            try:
                path.mkdir(mode=0o700, exist_ok=True)
            except OSError as error:
                raise UsageError(
                    f"cannot make the state folder {path}: {error.strerror}",
                    hint="set SEAKEEP_STATE to a folder of your own",
                ) from error


def _refuse_open(path: Path, status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise RefusedError(
            f"{path} belongs to user {status.st_uid}, and you are user {os.geteuid()}",
            hint=f"run as the user who made this cluster, or give it to yourself: chown -R {os.geteuid()} {path}",
        )
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        wanted = "0700" if stat.S_ISDIR(status.st_mode) else "0600"
        raise RefusedError(
            f"{path} is open to other users (mode {mode:04o}, not {wanted}): keys of the cluster lie there",
            hint=f"if nobody else can have read it: chmod {wanted} {path}",
        )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
