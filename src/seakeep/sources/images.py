"""The lab's images: made from the same binaries, under the names their projects publish them with.

They follow the upstream images in what a manifest can notice: paths, entrypoint, user, file capabilities.

    pause     /pause as 65535; a Go program of ours instead of the C one
    CoreDNS   /coredns as 65532, with the file capability to bind port 53
    Flannel   /opt/bin/flanneld, `nft`, which it runs for every rule in nftables mode, and `iptables`, without which
              it does not start: it clears away the rules of the other mode first
    kube-router
              /usr/local/bin/kube-router, `iptables` and `ipset`; upstream's chooses between the two kinds of
              iptables, this one has the one over nftables
    agnhost   /agnhost, the subset that Seakeep's proofs use
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePosixPath

from seakeep.sources import gomod
from seakeep.sources.filters import FLANNEL, KUBE_ROUTER, SUITE, Tools, filters
from seakeep.sources.oci import CAP_NET_BIND_SERVICE, ImageSpec, LayerFile
from seakeep.versions.model import Release

FORM = "4"
"""Part of every fingerprint: raise it when images are to be made differently."""

_SCRATCH = ("/tmp", 0o1777)  # noqa: S108 - a folder inside the image


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """An image to make: `kind` decides how, `component` which binaries it needs (None: our own Go source)."""

    reference: str
    kind: str
    component: str | None


@dataclass(frozen=True, slots=True)
class _Filtering:
    """An image around a program that writes packet filter rules: where it lies, and what it runs for that."""

    program: str
    tools: Tools
    folders: tuple[tuple[str, int], ...] = ()


_FILTERING = {
    "flannel": _Filtering("/opt/bin/flanneld", FLANNEL, (("/etc/kube-flannel", 0o755), ("/run/flannel", 0o755))),
    "kube-router": _Filtering("/usr/local/bin/kube-router", KUBE_ROUTER),
}


def plans(release: Release, addons: Sequence[str]) -> tuple[ImagePlan, ...]:
    """Every image that a cluster of this release with these add-ons needs. KeyError for an add-on of another name."""
    minor = release.minor
    references = {
        "coredns": minor.coredns_image,
        "flannel": minor.flannel_image,
        "kube-router": minor.kube_router_image,
    }
    return (
        ImagePlan(minor.pause_image, "pause", None),
        ImagePlan(minor.probe_image, "probe", None),
        *(ImagePlan(references[name], name, name) for name in addons),
    )


def source_of(kind: str) -> str:
    """Our own Go program for the image."""
    return resources.files("seakeep.sources").joinpath(f"go/{kind}/main.go").read_text()


def fingerprint(plan: ImagePlan, arch: str, programs: Mapping[str, str]) -> str:
    """Identifies all that goes into the image. `programs`: name -> sha256. Blocking."""
    parts = [FORM, plan.reference, plan.kind, arch]
    if plan.component is None:
        parts.append(source_of(plan.kind))
    parts += [f"{name}={digest}" for name, digest in sorted(programs.items())]
    if filtering := _FILTERING.get(plan.kind):
        parts += [SUITE, *filtering.tools.packages]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


async def describe(plan: ImagePlan, arch: str, programs: Mapping[str, Path], *, stage: Path, log: Path) -> ImageSpec:
    """The image's content. Builds our own program where there is one."""
    if plan.kind in {"pause", "probe"}:
        binary = await gomod.build_own(source_of(plan.kind), plan.kind, arch=arch, stage=stage, log=log)
        return _own(plan, binary)
    if plan.kind == "coredns":
        return ImageSpec(
            reference=plan.reference,
            files=(LayerFile(path="/coredns", source=programs["coredns"], capability=CAP_NET_BIND_SERVICE),),
            folders=(("/etc/coredns", 0o755), _SCRATCH),
            entrypoint=("/coredns",),
            user="65532:65532",
        )
    filtering = _FILTERING[plan.kind]
    program = filtering.program
    files, links = await filters(filtering.tools, arch, stage=stage, log=log)
    return ImageSpec(
        reference=plan.reference,
        files=(LayerFile(path=program, source=programs[PurePosixPath(program).name]), *files),
        links=links,
        folders=(*filtering.folders, _SCRATCH),
        entrypoint=(program,),
    )


def _own(plan: ImagePlan, binary: Path) -> ImageSpec:
    if plan.kind == "pause":
        return ImageSpec(
            reference=plan.reference,
            files=(LayerFile(path="/pause", source=binary),),
            entrypoint=("/pause",),
            user="65535:65535",
        )
    return ImageSpec(
        reference=plan.reference,
        files=(LayerFile(path="/agnhost", source=binary),),
        folders=(("/etc", 0o755), _SCRATCH),
        entrypoint=("/agnhost",),
        command=("pause",),
    )
