"""The way in: makes sure everything a release needs is in the cache, and streams it from there."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from seakeep.core.clock import Clock, SystemClock
from seakeep.core.errors import RunError, SeakeepError, UsageError
from seakeep.core.progress import Progress
from seakeep.sources import folder, gomod, images, oci
from seakeep.sources.base import (
    ARCHITECTURES,
    CHUNK,
    Fetched,
    UnavailableError,
    Wanted,
    missing,
    require_program,
    sha256_of,
)
from seakeep.sources.cache import Cache, ImageManifest, Manifest, StoredFile
from seakeep.sources.components import MACHINE_COMPONENTS, component
from seakeep.sources.frames import end_frame
from seakeep.sources.inventory import Damage, Inventory, Program, held_image, holding
from seakeep.sources.release import Releases
from seakeep.versions.model import Release

_LOCK_POLL = 0.5
"""Seconds between looks at a lock that another process holds."""

_FETCH = "run 'seakeep sources fetch' first"


class Store:
    """Implements the engine's Blobs.

    `mirror`: upstream host -> base URL, see `settings.mirrors`. `offline`: nothing is downloaded; Go modules are
    built from what Go has cached. Close it, or use it as an async context manager.
    """

    def __init__(
        self,
        cache_dir: Path,
        *,
        folder: Path | None,
        mirror: Mapping[str, str],
        offline: bool,
        progress: Progress,
        clock: Clock | None = None,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._cache = Cache(cache_dir)
        self._folder = folder
        self._offline = offline
        self._progress = progress
        self._clock = SystemClock() if clock is None else clock
        self._releases = Releases(
            downloads=self._cache.root / "downloads", mirror=mirror, clock=self._clock, verify=verify
        )
        # A Go build uses every core: two at once would only take turns.
        self._building = asyncio.Lock()

    async def __aenter__(self) -> "Store":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close connections."""
        await self._releases.close()

    # -- getting ------------------------------------------------------------------------------------------

    async def ensure(self, release: Release, arch: str, *, addons: Sequence[str] | None) -> Inventory:
        """Get everything the release needs that is not in the cache, in parallel where that is of use. `addons`: the
        components whose images are made here, beside pause's and the proof's; None where nodes pull all of them."""
        if arch not in ARCHITECTURES:
            raise UsageError(f"{arch!r} is not an architecture Seakeep knows", hint=" or ".join(ARCHITECTURES))
        await asyncio.to_thread(self._cache.sweep)
        await asyncio.to_thread(self._cache.prune, self._clock.now().timestamp())
        names = (*MACHINE_COMPONENTS, *(addons or ()))
        try:
            async with asyncio.TaskGroup() as group:
                have = [
                    group.create_task(self._component(Wanted(name, release.component(name), arch))) for name in names
                ]
            made = []
            if addons is not None:
                made = await self._images(release, arch, addons)
        except BaseExceptionGroup as problems:
            raise _first(problems) from problems
        return Inventory(
            components=tuple(holding(task.result()) for task in have),
            images=tuple(held_image(image) for image in made),
        )

    async def _component(self, wanted: Wanted) -> Manifest:
        manifest, _ = await asyncio.to_thread(self._usable, wanted)
        if manifest is not None:
            return manifest
        subject = str(wanted)
        try:
            async with self._lock(f"{wanted.component}-{wanted.version}-{wanted.arch}", subject):
                # Another process may have got it while this one waited.
                manifest, why = await asyncio.to_thread(self._usable, wanted)
                if manifest is not None:
                    return manifest
                if why:
                    self._progress.note(f"{wanted} in the cache {why}; getting it again")
                return await self._fetch(wanted, subject)
        finally:
            self._progress.state(subject, "")

    def _usable(self, wanted: Wanted) -> tuple[Manifest | None, str]:
        """What the cache has, if it may be used: whole, complete, and the same as the user's folder.

        Otherwise None and what is wrong with it; nothing is wrong with what is not there.
        """
        manifest = self._cache.manifest(wanted)
        if manifest is None:
            return None, ""
        known = component(wanted.component)
        if manifest.edition not in {0, known.go.edition}:
            return None, "was built by an outdated recipe"
        if absent := missing(known.programs, (program.name for program in manifest.programs)):
            return None, f"has no {', '.join(absent)}"
        if damaged := [label for label, file in manifest.files() if not self._cache.sound(file)]:
            return None, f"is damaged ({', '.join(damaged)})"
        if self._folder is not None and not self._same_as_folder(manifest, wanted, known.programs):
            return None, "is not what the folder has"
        return manifest, ""

    def _same_as_folder(self, manifest: Manifest, wanted: Wanted, programs: tuple[str, ...]) -> bool:
        assert self._folder is not None
        try:
            found = folder.fetch(self._folder, wanted, programs)
        except UnavailableError:
            return True
        have = {program.name: program.raw.sha256 for program in manifest.programs}
        return all(sha256_of(path) == have[name] for name, path in found.programs.items())

    async def _fetch(self, wanted: Wanted, subject: str) -> Manifest:
        known = component(wanted.component)
        reasons: list[str] = []

        def tell(doing: str) -> None:
            self._progress.state(subject, doing)

        with self._cache.stage() as stage:
            named = ("folder",) if self._folder is not None else ()
            for name in (*named, "official release", "Go modules"):
                try:
                    fetched = await self._from(name, wanted, stage=stage)
                except UnavailableError as reason:
                    reasons.append(f"{name}: {reason}")
                    continue
                for path in fetched.programs.values():
                    await asyncio.to_thread(require_program, path, wanted.arch)
                self._progress.note(f"{subject} comes from {fetched.origin}{_unless(reasons)}")
                tell("packing")
                return await asyncio.to_thread(self._cache.store, wanted, fetched, stage)
        raise UsageError(
            f"no source has {', '.join(known.programs)} of {wanted} for {wanted.arch}:\n  " + "\n  ".join(reasons),
            hint="name a folder that holds them, allow the network, or install Go",
        )

    async def _from(self, name: str, wanted: Wanted, *, stage: Path) -> Fetched:
        known = component(wanted.component)

        def tell(doing: str) -> None:
            self._progress.state(str(wanted), doing)

        if name == "folder" and self._folder is not None:
            return await asyncio.to_thread(folder.fetch, self._folder, wanted, known.programs)
        if name == "official release":
            if self._offline:
                raise UnavailableError("offline")
            return await self._releases.fetch(known, wanted, stage=stage, tell=tell)
        log = self._cache.log(f"{wanted.component}-{wanted.version}-{wanted.arch}")
        if self._building.locked():
            tell("waiting for another build")
        async with self._building, self._lock("go", str(wanted)):
            return await gomod.fetch(known, wanted, stage=stage, log=log, offline=self._offline, tell=tell)

    @asynccontextmanager
    async def _lock(self, name: str, subject: str) -> AsyncIterator[None]:
        descriptor = self._cache.try_lock(name)
        while descriptor is None:
            self._progress.state(subject, "waiting for another seakeep that is getting it")
            await self._clock.sleep(_LOCK_POLL)
            descriptor = self._cache.try_lock(name)
        try:
            yield
        finally:
            self._cache.unlock(descriptor)

    # -- images -------------------------------------------------------------------------------------------

    async def _images(self, release: Release, arch: str, addons: Sequence[str]) -> list[ImageManifest]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._image(plan, release, arch)) for plan in images.plans(release, addons)]
        return [task.result() for task in tasks]

    async def _image(self, plan: images.ImagePlan, release: Release, arch: str) -> ImageManifest:
        digests: dict[str, str] = {}
        paths: dict[str, Path] = {}
        if plan.component is not None:
            wanted = Wanted(plan.component, release.component(plan.component), arch)
            for program in self._manifest(wanted).programs:
                digests[program.name] = program.raw.sha256
                paths[program.name] = self._cache.path(program.raw)
        subject = f"image {plan.reference}"
        try:
            fingerprint = await asyncio.to_thread(images.fingerprint, plan, arch, digests)
            async with self._lock(f"image-{plan.reference}-{arch}", subject):
                held = self._cache.image(plan.reference, arch)
                if held is not None and held.fingerprint == fingerprint:
                    if await asyncio.to_thread(self._cache.sound, held.archive):
                        return held
                    self._progress.note(f"{subject} in the cache is damaged; making it again")
                self._progress.state(subject, "making it")
                with self._cache.stage() as stage:
                    log = self._cache.log(f"image-{plan.kind}")
                    spec = await images.describe(plan, arch, paths, stage=stage, log=log)
                    archive = stage / "archive"
                    digest = await asyncio.to_thread(oci.write_archive, spec, arch, stage, archive)
                    return await asyncio.to_thread(
                        self._cache.store_image,
                        plan.reference, arch, archive=archive, origin="made here", fingerprint=fingerprint,
                        digest=digest, stage=stage,
                    )  # fmt: skip
        except UnavailableError as reason:
            raise UsageError(f"the image {plan.reference} cannot be made here: {reason}") from reason
        finally:
            self._progress.state(subject, "")

    def digests(self, release: Release, arch: str, addons: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """(reference, digest) of every image that a node needs; UsageError where one is not in the cache."""
        found = []
        for reference in self.images(release, addons):
            held = self._cache.image(reference, arch)
            if held is None:
                raise UsageError(f"the image {reference} is not in the cache", hint=_FETCH)
            found.append((reference, held.digest))
        return tuple(found)

    def images(self, release: Release, addons: Sequence[str]) -> list[str]:
        """The full references of the images a cluster of this release needs with these add-ons."""
        return [plan.reference for plan in images.plans(release, addons)]

    # -- using --------------------------------------------------------------------------------------------

    def inventory(self, component: str, version: str, arch: str) -> tuple[Program, ...]:
        """The programs of a component that is in the cache; UsageError where it is not."""
        return holding(self._manifest(Wanted(component, version, arch))).programs

    def program(self, component: str, version: str, arch: str, name: str) -> Path:
        """A program to run on this machine (kubectl)."""
        wanted = Wanted(component, version, arch)
        found = self._manifest(wanted).program(name)
        if found is None:
            raise UsageError(f"{component} has no program {name!r}")
        self._require(found.raw, f"{name} of {wanted}")
        return self._cache.program(wanted, name)

    async def binaries(self, component: str, version: str, arch: str, programs: Sequence[str]) -> AsyncIterator[bytes]:
        """A zstd-compressed tar of the programs at its top level, mode 0755."""
        wanted = Wanted(component, version, arch)
        manifest = self._manifest(wanted)
        frames = []
        for name in programs:
            found = manifest.program(name)
            if found is None:
                raise UsageError(f"{wanted} has no program {name!r}")
            self._require(found.frame, f"{name} of {wanted}")
            frames.append(found.frame)
        for frame in frames:
            async for chunk in _read(self._cache.path(frame)):
                yield chunk
        yield end_frame()

    async def image(self, reference: str, arch: str) -> AsyncIterator[bytes]:
        """A zstd-compressed OCI archive that carries the image under its full reference."""
        held = self._cache.image(reference, arch)
        if held is None:
            raise UsageError(f"the image {reference} is not in the cache", hint=_FETCH)
        self._require(held.archive, f"the image {reference}")
        async for chunk in _read(self._cache.path(held.archive)):
            yield chunk

    def _manifest(self, wanted: Wanted) -> Manifest:
        manifest = self._cache.manifest(wanted)
        if manifest is None:
            raise UsageError(f"{wanted} for {wanted.arch} is not in the cache", hint=_FETCH)
        return manifest

    def _require(self, file: StoredFile, what: str) -> None:
        if not self._cache.sound(file):
            raise RunError(f"{what} in the cache is damaged", hint="'seakeep sources fetch' gets it again")

    # -- looking ------------------------------------------------------------------------------------------

    def listing(self) -> Inventory:
        """All that is in the cache."""
        return Inventory(
            components=tuple(holding(manifest) for manifest in self._cache.manifests()),
            images=tuple(held_image(image) for image in self._cache.images()),
        )

    async def verify(self) -> tuple[Damage, ...]:
        """Read all that is in the cache and compare it with its digests. What is damaged is removed."""
        found: list[Damage] = []
        for manifest in self._cache.manifests():
            subject = f"{manifest.component} {manifest.version} {manifest.arch}"
            self._progress.state(subject, "verifying")
            for label, file in manifest.files():
                found += await self._verified(f"{subject}: {label}", file)
            self._progress.state(subject, "")
        for image in self._cache.images():
            found += await self._verified(f"image {image.reference} {image.arch}", image.archive)
        return tuple(found)

    async def _verified(self, subject: str, file: StoredFile) -> list[Damage]:
        if await asyncio.to_thread(self._cache.sound, file, full=True):
            return []
        path = self._cache.path(file)
        if not path.exists():
            return [Damage(subject, f"{path} is gone")]
        # Removed: damage that left size and date alone would otherwise be taken for sound by the next run.
        path.unlink(missing_ok=True)
        return [Damage(subject, f"{path} did not have its digest; it was removed")]


def _first(problems: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error to show: one of ours if there is one; the others were cancelled because of it."""
    for problem in problems.exceptions:
        if isinstance(problem, SeakeepError):
            return problem
    first = problems.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _unless(reasons: list[str]) -> str:
    told = [reason.splitlines()[0] for reason in reasons]
    return f" ({'; '.join(told)})" if told else ""


async def _read(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
    finally:
        file.close()
