"""Where binaries and images stand."""

import os
from pathlib import Path

from seakeep.flows.session import Session, own_arch
from seakeep.flows.view import fetch as fetch_all
from seakeep.flows.view import preloaded
from seakeep.report.sources import SourceRow, SourcesReport, SourceState
from seakeep.sources.components import MACHINE_COMPONENTS, component
from seakeep.sources.settings import cache_dir


async def listing(session: Session) -> SourcesReport:
    """What the file's release needs, and whether the cache has it."""
    return _report(session, _rows(session, SourceState.PRESENT))


async def fetch(session: Session) -> SourcesReport:
    """Get what is missing."""
    before = {(row.component, row.name) for row in _rows(session, SourceState.PRESENT) if row.sha256}
    await fetch_all(session)
    rows = [
        row
        if (row.component, row.name) in before or row.state is SourceState.MISSING
        else _with(row, SourceState.FETCHED)
        for row in _rows(session, SourceState.PRESENT)
    ]
    return _report(session, rows)


async def verify(session: Session) -> SourcesReport:
    """Read everything again and compare it with its digest."""
    damages = await session.store.verify()
    rows = _rows(session, SourceState.PRESENT)
    damaged = [
        SourceRow(component=each.subject, version="", name="", state=SourceState.DAMAGED, detail=each.problem)
        for each in damages
    ]
    return _report(session, [*rows, *damaged], verified=True)


def _rows(session: Session, present: SourceState) -> list[SourceRow]:
    release = session.design.release
    listing = session.store.listing()
    held = {(each.component, each.version): each for each in listing.components if each.arch == own_arch()}
    addons = preloaded(session.design)
    rows: list[SourceRow] = []
    for name in (*MACHINE_COMPONENTS, *(addons or ())):
        version = release.component(name)
        holding = held.get((name, version))
        found = {program.name: program for program in holding.programs} if holding else {}
        for program in component(name).programs:
            have = found.get(program)
            rows.append(
                SourceRow(
                    component=name,
                    version=version,
                    name=program,
                    state=present if have else SourceState.MISSING,
                    origin=holding.origin if holding and have else "",
                    size_bytes=have.size if have else None,
                    sha256=have.sha256 if have else "",
                )
            )
    images = {each.reference: each for each in listing.images if each.arch == own_arch()}
    for reference in session.store.images(release, addons) if addons is not None else ():
        image = images.get(reference)
        rows.append(
            SourceRow(
                component="image",
                version="",
                name=reference,
                state=present if image else SourceState.MISSING,
                origin=image.origin if image else "",
                size_bytes=image.packed if image else None,
            )
        )
    return rows


def _with(row: SourceRow, state: SourceState) -> SourceRow:
    return SourceRow(
        component=row.component,
        version=row.version,
        name=row.name,
        state=state,
        origin=row.origin,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
    )


def _report(session: Session, rows: list[SourceRow], *, verified: bool = False) -> SourcesReport:
    folder: Path = session.options.cache or cache_dir(os.environ)
    return SourcesReport(entries=tuple(rows), cache=str(folder), verified=verified)
