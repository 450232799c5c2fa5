"""What Helm's releases are made of, as Helm keeps it in Secrets.

The metadata of all Secrets is read in any case, and says which revision of a release is the newest that is deployed.
Only where it was asked for are those Secrets read, one by one, and no other; of what is in them only versions, kinds
and names of objects are kept.
"""

import asyncio
import base64
import binascii
import re
import zlib
from collections.abc import Iterable
from dataclasses import replace

import msgspec

from seakeep.checks.live.base import Release, Releases
from seakeep.core.errors import SeakeepError
from seakeep.manifests.model import Manifest
from seakeep.manifests.read import read_text
from seakeep.transport.api import ApiClient, decoded

_NAME = re.compile(r"sh\.helm\.release\.v1\.(?P<name>.+)\.v(?P<revision>\d+)")
LARGEST = 64 << 20
"""Bytes that a release may unfold to. A Secret has at most 1 MiB."""
SIDE_BY_SIDE = 8


class _Payload(msgspec.Struct):
    release: str = ""


class _Secret(msgspec.Struct):
    data: _Payload = msgspec.field(default_factory=_Payload)


class _Hook(msgspec.Struct):
    manifest: str = ""


class _Stored(msgspec.Struct):
    manifest: str = ""
    hooks: list[_Hook] | None = None


async def read_releases(api: ApiClient, manifests: Iterable[Manifest], *, opened: bool) -> Releases:
    """The newest deployed revision of each release; with `opened`, what it is made of."""
    secrets = newest(each for each in manifests if each.type == "Secret")
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(release: Release, secret: Manifest) -> Release:
        async with room:
            return await _read(api, release, secret)

    if not opened:
        return Releases(opened=False, newest=tuple(release for release, _ in secrets))
    return Releases(opened=True, newest=tuple(await asyncio.gather(*(one(*each) for each in secrets))))


def newest(secrets: Iterable[Manifest]) -> list[tuple[Release, Manifest]]:
    """Of each release the highest revision that is deployed. A revision that failed after it was never in charge; one
    that was superseded is not any more, even where an old Helm left it marked as deployed."""
    found: dict[tuple[str, str], tuple[Release, Manifest]] = {}
    for secret in secrets:
        match = _NAME.fullmatch(secret.name)
        if match is None or secret.labels.get("owner") != "helm" or secret.labels.get("status") != "deployed":
            continue
        release = Release(namespace=secret.namespace, name=match["name"], revision=int(match["revision"]))
        before = found.get((release.namespace, release.name))
        if before is None or before[0].revision < release.revision:
            found[release.namespace, release.name] = (release, secret)
    return [found[key] for key in sorted(found)]


async def _read(api: ApiClient, release: Release, secret: Manifest) -> Release:
    path = f"/api/v1/namespaces/{secret.namespace}/secrets/{secret.name}"
    try:
        status, body = await api.asked(path)
        if status != 200:
            return replace(release, why=f"the API answered {status}")
        return replace(release, objects=objects(decoded(body, _Secret, secret.name).data.release))
    except (SeakeepError, ValueError) as error:
        return replace(release, why=str(error))


def objects(payload: str) -> tuple[tuple[str, str, str], ...]:
    """(apiVersion, kind, name) of what a release holds, hooks included. `payload` is base64 (of the API) of base64 (of
    Helm) of gzip of JSON. ValueError for anything else, without a word of what is in it."""
    try:
        packed = base64.b64decode(base64.b64decode(payload, validate=True), validate=True)
        unfold = zlib.decompressobj(wbits=31)
        whole = unfold.decompress(packed, LARGEST)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"it is not what Helm writes: {type(error).__name__}") from None
    if not unfold.eof:
        raise ValueError(f"it is cut off, or unfolds to more than {LARGEST >> 20} MiB")
    try:
        stored = msgspec.json.decode(whole, type=_Stored)
    except msgspec.DecodeError:
        raise ValueError("it is not what Helm writes: no release in JSON") from None
    texts = [stored.manifest, *(hook.manifest for hook in stored.hooks or ())]
    read = read_text("\n---\n".join(texts), "")
    if read.problems:
        raise ValueError(f"its manifests are not understood: {read.problems[0].message}")
    return tuple(dict.fromkeys((each.api_version, each.kind, each.name) for each in read.manifests))
