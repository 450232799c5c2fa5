"""kubectl that is run for its answer: it does not outlive whoever asked."""

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from seakeep.core.secret import Secret
from seakeep.flows.kubectl import Kubectl
from seakeep.transport.secretfile import SecretFile, readable


def program(folder: Path, script: str) -> Kubectl:
    made = folder / "kubectl"
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o755)
    return Kubectl(made, SecretFile(str(folder / "config")))


async def test_what_it_said(tmp_path: Path) -> None:
    done = await program(tmp_path, 'cat; echo "$KUBECONFIG" >&2; exit 3').run("get", stdin=b"in")
    assert (done.status, done.stdout, done.stderr.strip()) == (3, b"in", str(tmp_path / "config"))


async def test_it_does_not_outlive_a_caller_that_is_cancelled(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    kubectl = program(tmp_path, f'echo $$ >"{told}.part" && mv "{told}.part" "{told}"; exec sleep 600')
    run = asyncio.create_task(kubectl.run("logs", "-f", timeout=600))
    while not told.exists():
        await asyncio.sleep(0.01)
        assert not run.done()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)


async def test_its_kubeconfig_is_in_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed could not remove it."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    made = program(tmp_path, f'cat "$KUBECONFIG" "$KUBECONFIG"; ls {folder}').program
    with readable(Secret(b"key\n")) as file:
        kubectl = Kubectl(made, file)
        assert (await kubectl.run("get")).stdout == b"key\nkey\n"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file.descriptors[0])
