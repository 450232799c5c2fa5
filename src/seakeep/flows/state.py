"""The operator's state folder: looking at it, and moving it to another operator or computer."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from seakeep import __version__
from seakeep.core.clock import rfc3339
from seakeep.core.errors import RefusedError, SeakeepError, UsageError, unreadable
from seakeep.core.secret import Secret
from seakeep.design.model import Role
from seakeep.engine.lock import FileLock, Owner
from seakeep.flows.journaled import operator_name
from seakeep.flows.session import Session
from seakeep.report.state import StateReport, StateTransferReport
from seakeep.state import export, pki
from seakeep.state.folder import State
from seakeep.state.runs import list_runs


async def show(session: Session) -> StateReport:
    """What the folder holds. Nothing is connected."""
    state = session.state
    names = [name for name in state.names() if name not in export.LEFT_OUT]
    runs = list_runs(state)
    try:
        missing = tuple(each.name for each in pki.missing(state, session.design, session.clock.now()))
    except SeakeepError as error:
        missing = (error.message,)
    return StateReport(
        cluster_name=session.design.name,
        folder=str(state.root),
        authority=export.authority(state),
        values=len(names),
        size_bytes=sum(state.path(name).stat().st_size for name in names),
        runs=len(runs),
        newest_run=runs[0].id if runs else "",
        etcd_members=tuple(m.name for m in session.known.with_role(Role.ETCD)) if session.known else (),
        missing=missing,
        unsafe=tuple(error.message for error in state.unsafe()),
    )


async def export_to(
    session: Session, file: Path, *, passphrase: Secret | None, recipients: Sequence[str]
) -> StateTransferReport:
    """Write everything into one encrypted file, 0600, whole or not at all.

    RefusedError while a run works on the cluster, for a file that exists, and for a folder without keys.
    """
    state, design = session.state, session.design
    with FileLock(state.path("lock"), _owner(session, "state export")):
        found = export.collect(
            state, cluster=design.name, created=rfc3339(session.clock.now()), by=operator_name(), program=__version__
        )
    if not found.header.authority:
        raise RefusedError(f"{state.root} holds no keys of {design.name} yet", hint="`seakeep apply` makes them")
    sealed = await asyncio.to_thread(export.seal, export.pack(found), passphrase=passphrase, recipients=recipients)
    await asyncio.to_thread(_write_new, file, sealed)
    return _report(session, "export", file, found.header)


async def import_from(
    session: Session, file: Path, *, passphrase: Secret | None, identities: Sequence[Secret], replace: bool
) -> StateTransferReport:
    """Take the folder out of an export, all of it or nothing.

    RefusedError for another cluster's export or folder, and for a folder that holds something unless `replace` is
    given: then that is kept beside the new one. UsageError for what cannot be opened.
    """
    data = await asyncio.to_thread(_read, file)
    packed = await asyncio.to_thread(
        export.open_sealed, data, passphrase=passphrase, identities=identities, source=str(file)
    )
    found = export.unpack(packed, source=str(file))
    with FileLock(session.state.path("lock"), _owner(session, "state import")):
        _refuse_others(session, found.header, file, replace=replace)
        kept = await asyncio.to_thread(_swap_in, session, found)
    return _report(session, "import", file, found.header, kept=kept)


def _refuse_others(session: Session, header: export.Header, file: Path, *, replace: bool) -> None:
    design, state = session.design, session.state
    if header.cluster != design.name:
        raise RefusedError(
            f"{file} is of the cluster {header.cluster!r}; {session.loaded.path} describes {design.name!r}",
            hint="name that cluster's file with --file",
        )
    held = [name for name in state.names() if name not in export.LEFT_OUT]
    if not held:
        return
    own = export.authority(state)
    if own and own != header.authority:
        raise RefusedError(
            f"{state.root} is of another cluster of this name: its authority is {own[:16]}, "
            f"that of {file} is {header.authority[:16]}",
            hint="import into another folder (--state), or move this one away yourself if you are sure",
        )
    if not replace:
        raise RefusedError(
            f"{state.root} already holds {len(held)} values of this cluster",
            hint="--replace puts the export in its place and keeps the folder of now beside it; certificates that were "
            "renewed since the export was made would be issued again",
        )


def _swap_in(session: Session, found: export.Export) -> str:
    """Everything is on the disk beside the folder before it takes its place. Where the folder of before was kept, '' if
    it held nothing. Killed between the two renames there is no folder: importing again makes it."""
    root = session.state.root.resolve()
    staged = root.with_name(f".{root.name}.importing")
    shutil.rmtree(staged, ignore_errors=True)
    try:
        fresh = State.open(staged)
        for name, value in found.values.items():
            fresh.write(name, value, durable=True)
    except OSError:
        # Keys that nobody looks for lie nowhere.
        shutil.rmtree(staged, ignore_errors=True)
        raise
    held = any(name not in export.LEFT_OUT for name in session.state.names())
    now = session.clock.now().strftime("%Y%m%dT%H%M%SZ")
    before = root.with_name(f"{root.name}.before-import-{now}")
    root.rename(before)
    staged.rename(root)
    _sync(root.parent)
    if held:
        return str(before)
    shutil.rmtree(before, ignore_errors=True)
    return ""


def _read(file: Path) -> bytes:
    """No more than tells that it is none: what is named may be a device, or much larger than any export."""
    try:
        with file.open("rb") as stream:
            head = stream.read(len(export.AGE))
            return head + (stream.read(export.LIMIT) if head == export.AGE else b"")
    except OSError as error:
        raise unreadable(file, error, UsageError, what="the export") from error


def _write_new(file: Path, content: bytes) -> None:
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # A link fails where a file has appeared meanwhile; a rename would replace it.
        os.link(temporary, file)
    except FileExistsError:
        raise RefusedError(f"{file} exists", hint="name a new file: an export never overwrites another") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    _sync(file.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _report(
    session: Session, direction: str, file: Path, header: export.Header, *, kept: str = ""
) -> StateTransferReport:
    return StateTransferReport(
        cluster_name=header.cluster,
        direction=direction,
        file=str(file),
        folder=str(session.state.root),
        authority=header.authority,
        values=len(header.entries),
        made=header.created,
        by=header.by,
        kept=kept,
    )


def _owner(session: Session, command: str) -> Owner:
    return Owner.me(run="-", command=command, clock=session.clock)
