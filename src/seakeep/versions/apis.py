"""When each kind of each API version was introduced, deprecated and removed.

apis.tsv has a line for each version and fate: group and version, the minors of the three (`-` where it never was),
kinds. The source are the lifecycle marks in k8s.io/api that servers themselves obey, over all its tags since 1.19,
and for types that have none the releases' change logs. Alpha types that were deleted before their marked removal
stand with the minor that lacks them; a test compares all of it with the schemas of the minors that are kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

Minor: TypeAlias = tuple[int, int]
MOVED = {
    ("extensions", "DaemonSet"): "apps", ("extensions", "Deployment"): "apps", ("extensions", "ReplicaSet"): "apps",
    ("extensions", "Ingress"): "networking.k8s.io", ("extensions", "NetworkPolicy"): "networking.k8s.io",
    ("extensions", "PodSecurityPolicy"): "policy", ("", "Endpoints"): "discovery.k8s.io",
}  # fmt: skip
"""Kinds that went to another group."""
RENAMED = {("", "Endpoints"): "EndpointSlice"}
ON_BY_DEFAULT = frozenset({"flowcontrol.apiserver.k8s.io"})
"""Groups whose new beta versions are on because an older one was, after beta APIs stopped being on (1.24)."""
BETA_OFF_SINCE = (1, 24)
OLDEST: Minor = (1, 16)
"""The first minor that can be a target: the marks of older ones are not all there."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """One kind of one version. A minor in which it is removed no longer serves it."""

    api_version: str
    kind: str
    introduced: Minor
    deprecated: Minor | None
    removed: Minor | None

    def served(self, minor: Minor) -> bool:
        """Whether the minor has it."""
        return self.introduced <= minor and (self.removed is None or minor < self.removed)

    @property
    def group(self) -> str:
        """Empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def on_by_default(self) -> bool:
        """Whether a server serves it without being told to. Alpha versions never are; beta versions that came with
        1.24 or later are not."""
        version = self.api_version.rpartition("/")[2]
        if "alpha" in version:
            return False
        return "beta" not in version or self.introduced < BETA_OFF_SINCE or self.group in ON_BY_DEFAULT


def lifecycle(api_version: str, kind: str) -> Lifecycle | None:
    """What is known of the kind; None for what never was Kubernetes' own. A list has the fate of its items."""
    known = _all()
    return known.get((api_version, kind)) or known.get((api_version, kind.removesuffix("List")))


def successor(of: Lifecycle, minor: Minor) -> tuple[str, str] | None:
    """The version and kind that take its place in the minor: the most stable and newest that is served and not
    deprecated there. None where nothing does."""
    group = MOVED.get((of.group, of.kind), of.group)
    kind = RENAMED.get((of.group, of.kind), of.kind)
    others = [
        each
        for each in _all().values()
        if each.group == group and each.kind == kind and each.api_version != of.api_version and each.served(minor)
        if each.deprecated is None or minor < each.deprecated
    ]
    best = max(others, key=lambda each: maturity(each.api_version), default=None)
    if best is None or (best.group == of.group and maturity(best.api_version) < maturity(of.api_version)):
        return None
    return best.api_version, best.kind


def maturity(api_version: str) -> tuple[int, int, int]:
    """Orders versions as the API does: v2 after v1 after v1beta2 after v1alpha3."""
    match = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", api_version.rpartition("/")[2])
    if match is None:
        return (-1, 0, 0)
    return ({"alpha": 0, "beta": 1, None: 2}[match[2]], int(match[1]), int(match[3] or 0))


def minor_of(text: str) -> Minor:
    """From `1.37`. ValueError for anything else."""
    first, _, second = text.partition(".")
    return int(first), int(second)


def every() -> tuple[Lifecycle, ...]:
    """All that is known."""
    return tuple(_all().values())


@cache
def newest() -> Minor:
    """The last minor that anything has been announced for."""
    return max(
        minor for each in every() for minor in (each.introduced, each.deprecated, each.removed) if minor is not None
    )


@cache
def _all() -> Mapping[tuple[str, str], Lifecycle]:
    found: dict[tuple[str, str], Lifecycle] = {}
    for line in Path(__file__).with_name("apis.tsv").read_text().splitlines():
        api_version, introduced, deprecated, removed, kinds = line.split("\t")
        for kind in kinds.split():
            found[api_version, kind] = Lifecycle(
                api_version, kind, minor_of(introduced), _minor_or_none(deprecated), _minor_or_none(removed)
            )
    return found


def _minor_or_none(text: str) -> Minor | None:
    return None if text == "-" else minor_of(text)
