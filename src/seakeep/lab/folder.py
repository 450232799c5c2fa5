"""A lab's folder on this computer: its plan, the keys, and who may work on it now."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from seakeep.core.errors import RefusedError
from seakeep.lab.model import LabMachine, LabPlan, decode, encode
from seakeep.transport.sshlib import asyncssh


def default_root() -> Path:
    """$XDG_STATE_HOME/seakeep-lab"""
    base = os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
    return Path(base) / "seakeep-lab"


def cache_dir() -> Path:
    """Where the image's archive is kept: $SEAKEEP_CACHE/lab, or $XDG_CACHE_HOME/seakeep/lab."""
    own = os.environ.get("SEAKEEP_CACHE")
    if own:
        return Path(own) / "lab"
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "seakeep" / "lab"


@dataclass(frozen=True, slots=True)
class Folder:
    """`path` holds plan.json, ready, finished, id_ed25519 (the operator's key), known_hosts and machines/<name>/."""

    path: Path

    @property
    def key(self) -> Path:
        """The private key that every machine lets in."""
        return self.path / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """The machines' host keys."""
        return self.path / "known_hosts"

    def keys_of(self, machine: str) -> Path:
        """What is mounted into a machine."""
        return self.path / "machines" / machine

    def plan(self) -> LabPlan | None:
        """The plan of the last `up`; None when there is none that can be read."""
        try:
            return decode((self.path / "plan.json").read_bytes())
        except (OSError, ValueError):
            return None

    @property
    def ready(self) -> bool:
        """Whether the last `up` came to its end."""
        return (self.path / "ready").exists()

    def begin(self, plan: LabPlan) -> None:
        """Write the plan and whatever keys are missing. Not ready from here on."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.path / "finished", "\n".join(sorted(self.finished())).encode(), 0o600)
        (self.path / "ready").unlink(missing_ok=True)
        _write(self.path / "plan.json", encode(plan), 0o600)
        if not self.key.exists():
            self._new_key(self.key, f"seakeep-lab-{plan.name}")
        login = self.key.with_name(f"{self.key.name}.pub").read_bytes()
        lines = [self._machine_keys(machine, login) for machine in plan.machines]
        _write(self.known_hosts, "".join(lines).encode(), 0o600)

    def finished(self) -> set[str]:
        """Machines that some `up` has finished, so that there may be work on their disks."""
        plan = self.plan()
        if self.ready and plan is not None:
            return {machine.name for machine in plan.machines}
        try:
            return set((self.path / "finished").read_text().split())
        except OSError:
            return set()

    def finish(self) -> None:
        """The lab is as planned."""
        _write(self.path / "ready", b"", 0o600)

    def discard(self, machine: str) -> None:
        """Forget one machine: a later one of its name has keys of its own."""
        plan = self.plan()
        if plan is not None:
            kept = tuple(each for each in plan.machines if each.name != machine)
            _write(self.path / "plan.json", encode(replace(plan, machines=kept)), 0o600)
            lines = self.known_hosts.read_text().splitlines(keepends=True)
            gone = {str(each.address) for each in plan.machines if each.name == machine}
            _write(self.known_hosts, "".join(x for x in lines if x.split()[0] not in gone).encode(), 0o600)
        if (self.path / "finished").exists():
            _write(self.path / "finished", "\n".join(sorted(self.finished() - {machine})).encode(), 0o600)
        shutil.rmtree(self.keys_of(machine), ignore_errors=True)

    def remove(self) -> None:
        """Remove the folder; gone already is fine."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _machine_keys(self, machine: LabMachine, login: bytes) -> str:
        folder = self.keys_of(machine.name)
        folder.mkdir(parents=True, exist_ok=True)
        # sshd reads it as the user who logs in; the lab's folder itself is closed to others.
        folder.chmod(0o755)
        host_key = folder / "host_key"
        if not host_key.exists():
            self._new_key(host_key, machine.name)
        _write(folder / "authorized_keys", login, 0o644)
        kind, value, *_ = (folder / "host_key.pub").read_text().split()
        return f"{machine.address} {kind} {value}\n"

    @staticmethod
    def _new_key(path: Path, comment: str) -> None:
        # The private half comes last: where it is, the other one is.
        key = asyncssh.generate_private_key("ssh-ed25519", comment=comment)
        _write(path.with_name(f"{path.name}.pub"), key.export_public_key(), 0o644)
        _write(path, key.export_private_key(), 0o600)


@contextmanager
def locked(root: Path, name: str) -> Iterator[None]:
    """One `up` or `down` of a lab at a time. The kernel lets go of it when the process ends, however."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = root / f"{name}.lock"
    handle = _lock(path)
    if handle is None:
        holder = ""
        with contextlib.suppress(OSError):
            holder = path.read_text().strip()
        raise RefusedError(
            f"lab {name} is being worked on by another process{f' ({holder})' if holder else ''}",
            hint="wait until it has ended, then run the command again",
        )
    try:
        os.truncate(handle, 0)
        os.pwrite(handle, f"pid {os.getpid()}\n".encode(), 0)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _lock(path: Path) -> int | None:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        # The holder before us removes the file: what we have locked may have no name any more.
        try:
            if path.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:
            pass
        os.close(handle)


def _write(path: Path, data: bytes, mode: int) -> None:
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
    part.chmod(mode)
    part.replace(path)
