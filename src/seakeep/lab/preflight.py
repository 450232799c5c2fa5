"""What a lab needs of this computer, and which container engine it uses."""

import os
import shutil
from pathlib import Path

from seakeep.core.errors import UsageError
from seakeep.core.progress import Progress
from seakeep.lab.containers import Engine
from seakeep.lab.process import attempt

_PROGRAMS = (
    ("ip", "iproute2"),
    ("nft", "nftables"),
    ("nsenter", "util-linux"),
)
_BUILDERS = (("mmdebstrap", "mmdebstrap"),)
_KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
_INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
_INOTIFY_ENOUGH = 1024
"""A machine takes about 4, and 10 to 20 more as a Kubernetes node."""
CHOICE = "SEAKEEP_LAB_ENGINE"
"""Names the engine where both are installed; podman otherwise, because it needs no daemon."""
_CGROUP_V2 = Path("/sys/fs/cgroup/cgroup.controllers")


async def engine() -> Engine:
    """The container engine to use. UsageError with the fix when something is missing.

    One that was chosen for a lab has to be chosen again for every command about that lab.
    """
    problems: list[str] = []
    if os.geteuid() != 0:
        raise UsageError(
            "a lab needs root: it makes network namespaces and privileged containers",
            hint="run the command as root (sudo -E), or name real machines in the file",
        )
    problems += _missing(_PROGRAMS)
    chosen = os.environ.get(CHOICE, "")
    if chosen not in ("", "podman", "docker"):
        raise UsageError(f"{CHOICE} is {chosen!r}", hint="podman or docker")
    podman = chosen == "podman" or (not chosen and shutil.which("podman"))
    found = await _podman(problems) if podman else await _docker(problems)
    if problems or found is None:
        raise UsageError("a lab cannot be made here: " + "; ".join(problems), hint=_install(problems))
    return found


def check_builder() -> None:
    """UsageError when the image cannot be made here."""
    problems = _missing(_BUILDERS)
    if not any(path.exists() for path in _KEYRINGS):
        problems.append("Debian's archive keys are not installed (debian-archive-keyring)")
    if problems:
        raise UsageError("the lab's image cannot be made here: " + "; ".join(problems), hint=_install(problems))


def allow_many_machines(progress: Progress) -> None:
    """Raise this computer's limit of inotify instances, which all machines of all labs share: at the kernel's
    default of 128 systemd ends at its start on about the twentieth machine. It stays raised until the next boot."""
    try:
        allowed = int(_INOTIFY.read_text())
        if allowed < _INOTIFY_ENOUGH:
            _INOTIFY.write_text(f"{_INOTIFY_ENOUGH}\n")
            progress.note(f"raised fs.inotify.max_user_instances from {allowed} to {_INOTIFY_ENOUGH}")
    except (OSError, ValueError) as error:
        progress.note(f"fs.inotify.max_user_instances could not be raised to {_INOTIFY_ENOUGH}: {error}")


def _missing(programs: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{program} is not installed ({package})" for program, package in programs if not shutil.which(program)]


def _has_cgroup_v2() -> bool:
    return _CGROUP_V2.exists()


def _install(problems: list[str]) -> str:
    packages = [text.rsplit("(", 1)[1].rstrip(")") for text in problems if text.endswith(")")]
    return f"apt-get install {' '.join(packages)}" if packages else ""


async def _podman(problems: list[str]) -> Engine | None:
    if not shutil.which("podman"):
        problems.append("podman is not installed (podman)")
        return None
    program = ["podman"]
    # crun refuses mixed cgroup hierarchies, and without systemd only cgroupfs is there to manage them.
    if shutil.which("runc"):
        program += ["--runtime", "runc"]
    elif not _has_cgroup_v2():
        problems.append("this computer has cgroup v1, for which podman needs runc: it is not installed (runc)")
        return None
    program += ["--cgroup-manager", "cgroupfs"]
    answer = await attempt(*program, "version")
    if answer.status != 0:
        problems.append(f"podman does not work: {answer.stderr.strip()}")
        return None
    return Engine("podman", tuple(program))


async def _docker(problems: list[str]) -> Engine | None:
    if not shutil.which("docker"):
        problems.append(
            "docker is not installed (docker.io)"
            if os.environ.get(CHOICE)
            else "neither podman nor docker is installed (podman)"
        )
        return None
    answer = await attempt("docker", "version")
    if answer.status != 0:
        problems.append(f"docker does not work: {answer.stderr.strip()}")
        return None
    return Engine("docker", ("docker",))
