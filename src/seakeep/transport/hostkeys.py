"""Host keys: taken from a known_hosts file only, never from the machine itself."""

from functools import lru_cache
from pathlib import Path

from seakeep.core.errors import MachineError
from seakeep.transport.sshlib import asyncssh


@lru_cache(maxsize=4)
def _read(path: str, version: tuple[int, int, int]) -> asyncssh.SSHKnownHosts:
    """Parsed once for all machines that are named in it. `version` tells when it has changed."""
    del version
    return asyncssh.read_known_hosts(path)


def load(file: Path, name: str, address: str, port: int) -> asyncssh.SSHKnownHosts:
    """The file's entries. MachineError when it holds no key for this address: nothing is dialled then."""
    path = file.expanduser()
    try:
        status = path.stat()
        known = _read(str(path), (status.st_mtime_ns, status.st_size, status.st_ino))
    except FileNotFoundError:
        known = asyncssh.import_known_hosts("")
    except (OSError, ValueError) as error:
        raise MachineError(
            f"the known hosts file {path} cannot be read: {error}",
            host=name,
            hint="correct the file; ssh-keygen -l -f shows what it holds",
        ) from error
    keys, cas, *_ = known.match(address, address, port)
    if not keys and not cas:
        raise MachineError(
            f"the host key of {address} is not known ({path} has no entry for it)",
            host=name,
            hint=f"{scan(address, port)} >> {path}, then compare its fingerprint with the machine's own: "
            "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
        )
    return known


def mismatch(address: str, port: int, file: Path, error: Exception) -> str:
    """What to say when the machine shows another key than the known one."""
    return f"{address}:{port} shows another host key than {file.expanduser()} holds ({error})"


def changed_hint(address: str, port: int, file: Path) -> str:
    """How to go on when the machine was installed anew."""
    entry = address if port == 22 else f"[{address}]:{port}"
    return (
        "someone may be in between. Only if the machine was installed anew: "
        f"ssh-keygen -R '{entry}' -f {file.expanduser()}; {scan(address, port)} >> {file.expanduser()}"
    )


def scan(address: str, port: int) -> str:
    """The command that prints a machine's host keys in the form of known_hosts."""
    return f"ssh-keyscan -p {port} {address}" if port != 22 else f"ssh-keyscan {address}"
