"""Which container engine a lab takes: podman where it is, docker otherwise, or the one that was named."""

import os
import shutil

import pytest

from seakeep.core.errors import UsageError
from seakeep.lab import preflight
from seakeep.lab.process import Done


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Programs that are there, all of which work."""
    there = {"ip", "nft", "nsenter", "runc", "podman", "docker"}

    async def works(*argv: str, **_: object) -> Done:
        return Done(0, "", "")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in there else None)
    monkeypatch.setattr(preflight, "attempt", works)
    monkeypatch.delenv(preflight.CHOICE, raising=False)
    return there


@pytest.mark.parametrize(
    ("choice", "absent", "kind"),
    [("", "", "podman"), ("", "podman", "docker"), ("docker", "", "docker"), ("podman", "docker", "podman")],
)
async def test_the_engine(
    installed: set[str], monkeypatch: pytest.MonkeyPatch, choice: str, absent: str, kind: str
) -> None:
    installed.discard(absent)
    if choice:
        monkeypatch.setenv(preflight.CHOICE, choice)
    assert (await preflight.engine()).kind == kind


@pytest.mark.parametrize(
    ("choice", "absent", "said"),
    [
        ("podman", "podman", "podman is not installed"),
        ("docker", "docker", "docker is not installed"),
        ("lxc", "", "SEAKEEP_LAB_ENGINE is 'lxc'"),
        ("", "both", "neither podman nor docker is installed"),
    ],
)
async def test_an_engine_that_cannot_be_had_is_named(
    installed: set[str], monkeypatch: pytest.MonkeyPatch, choice: str, absent: str, said: str
) -> None:
    installed.difference_update({"podman", "docker"} if absent == "both" else {absent})
    monkeypatch.setenv(preflight.CHOICE, choice)
    with pytest.raises(UsageError, match=said):
        await preflight.engine()
