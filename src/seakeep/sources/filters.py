"""The packet filter programs of the lab's Flannel and kube-router images, from Debian's packages.

They must not be older than those of the lab's machines: nft 1.0.6 ends with a segmentation fault as soon as the
kernel holds a table that nft 1.1 made, as kube-proxy's and Flannel's are. So they come from the release that the
machines run, whatever this computer runs.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from seakeep.core.errors import UsageError
from seakeep.sources.base import UnavailableError
from seakeep.sources.oci import LayerFile

SUITE = "trixie"


@dataclass(frozen=True, slots=True)
class Tools:
    """What an image gets. `names` are links to xtables-nft-multi, which does what the name says under which it is
    started."""

    packages: tuple[str, ...]
    programs: tuple[str, ...]
    names: tuple[str, ...]


FLANNEL = Tools(
    packages=("iptables", "nftables"),
    programs=("nft", "xtables-nft-multi"),
    names=("iptables", "ip6tables"),
)
KUBE_ROUTER = Tools(
    packages=("ipset", "iptables"),
    programs=("ipset", "xtables-nft-multi"),
    names=("iptables", "iptables-save", "iptables-restore"),
)

Files = tuple[tuple[LayerFile, ...], tuple[tuple[str, str], ...]]
"""Regular files, and (path, target) of symbolic links."""


async def filters(tools: Tools, arch: str, *, stage: Path, log: Path) -> Files:
    """Unpack the packages and what they need; what of it belongs into the image. Takes some seconds.

    UsageError without mmdebstrap, UnavailableError where the packages cannot be had.
    """
    root = stage / "filters"
    command = [
        "mmdebstrap",
        "--variant=extract",
        f"--architectures={arch}",
        f"--include={','.join(tools.packages)}",
        SUITE,
        str(root),
    ]
    with log.open("ab") as output:
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
            )
        except FileNotFoundError:
            raise UsageError(
                "mmdebstrap is not installed, and the lab's images need it", hint="apt-get install mmdebstrap"
            ) from None
        status = await process.wait()
    if status != 0:
        raise UnavailableError(f"mmdebstrap could not unpack {' and '.join(tools.packages)}; its log: {log}")
    return await asyncio.to_thread(_chosen, root, tools)


def _chosen(root: Path, tools: Tools) -> Files:
    wanted = [root / "usr/sbin" / program for program in tools.programs]
    for folder in sorted((root / "usr/lib").glob("*-linux-gnu*")):
        wanted += sorted(folder.glob("*.so*"))
        # iptables loads its matches and targets from here at run time.
        wanted += sorted((folder / "xtables").glob("lib[ix]*t_*.so"))
    wanted += sorted((root / "usr").glob("lib64/*"))
    files: list[LayerFile] = []
    links = [("/lib", "usr/lib"), ("/lib64", "usr/lib64")]
    links += [(f"/usr/sbin/{name}", "xtables-nft-multi") for name in tools.names]
    for path in wanted:
        inside = f"/{path.relative_to(root)}"
        if path.is_symlink():
            links.append((inside, str(path.readlink())))
        elif path.is_file():
            files.append(LayerFile(path=inside, source=path))
    return tuple(files), tuple(links)
