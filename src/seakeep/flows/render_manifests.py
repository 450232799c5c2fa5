"""Folders whose objects another program makes: kustomizations through kubectl, charts through helm."""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

from seakeep.manifests.index import Problem, Trouble
from seakeep.manifests.load import CHART, KUSTOMIZATIONS, Unrendered
from seakeep.manifests.read import Loaded, Texts
from seakeep.sources.settings import cache_dir

LIMIT = 60.0
"""Seconds for one folder."""


def render(unrendered: Unrendered, texts: Texts, *, kubernetes: tuple[int, int]) -> Loaded:
    """The objects that the folder stands for. Without its program, or where it fails, a problem with the reason: what
    was not rendered is UNKNOWN."""
    folder = unrendered.folder
    if unrendered.by == "helm":
        program = shutil.which("helm")
        version = ".".join(map(str, kubernetes))
        arguments = ["template", "release-name", str(folder), "--kube-version", version, "--include-crds"]
        named = str(folder / CHART)
    else:
        program = shutil.which("kubectl") or _our_kubectl()
        arguments = ["kustomize", str(folder)]
        named = str(next(folder / name for name in KUSTOMIZATIONS if (folder / name).exists()))
    if program is None:
        what = "helm, which a chart is rendered with" if unrendered.by == "helm" else "kubectl, which has kustomize"
        return _unread(named, f"there is no {what}")
    return _run(program, arguments, named, texts)


def _run(program: str, arguments: list[str], named: str, texts: Texts) -> Loaded:
    process = subprocess.Popen(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,  # what the program itself started holds the pipes open, and has to end with it
    )
    try:
        stdout, stderr = process.communicate(timeout=LIMIT)
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            return _unread(named, f"{Path(program).name} did not end within {LIMIT:.0f} s")
        raise
    if process.returncode:
        said = stderr.decode("utf-8", "replace").strip().splitlines()
        return _unread(named, f"{Path(program).name} said: {said[-1] if said else f'exit code {process.returncode}'}")
    return texts.read(stdout.decode("utf-8", "replace"), named)


def _our_kubectl() -> str | None:
    """The newest kubectl that Seakeep has in its cache."""
    found = sorted((cache_dir(os.environ) / "components").glob("kubernetes/*/*/kubectl"))
    return str(found[-1]) if found else None


def _unread(named: str, message: str) -> Loaded:
    return Loaded(problems=[Problem(named, 1, message, Trouble.UNREAD)])
