"""Names of images, as the distribution specification and container runtimes read them."""

import re
from dataclasses import dataclass
from functools import lru_cache

_PATH = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_PATH}(?:/{_PATH})*")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Reference:
    """`repository` begins with the registry. A name without a registry is docker.io's; tag and digest are empty where
    they are not given."""

    registry: str
    repository: str
    tag: str
    digest: str


@lru_cache(maxsize=8192)
def parse(image: str) -> Reference | None:
    """None for what is no name of an image. The first part is a registry where it has a dot or a port, or is
    localhost."""
    if len(image) > LONGEST:
        return None
    first, slash, rest = image.partition("/")
    registry, path = "docker.io", image
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, path = first, rest
    name, at, digest = path.partition("@")
    head, colon, tag = name.rpartition(":")
    repository = head if colon else name
    if not _NAME.fullmatch(repository) or not _HOST.fullmatch(registry):
        return None
    if (colon and not _TAG.fullmatch(tag)) or (at and not _DIGEST.fullmatch(digest)):
        return None
    whole = f"library/{repository}" if registry == "docker.io" and "/" not in repository else repository
    return Reference(registry, f"{registry}/{whole}", tag if colon else "", digest)
