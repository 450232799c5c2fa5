"""Every component Seakeep places on machines, and how each of its sources is asked for it. Data only."""

from dataclasses import dataclass
from enum import StrEnum

KUBERNETES_RELEASES = "dl.k8s.io"
GITHUB = "github.com"


class Archive(StrEnum):
    """How a release carries its programs."""

    PLAIN = "plain"
    TAR_GZ = "tar.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoRecipe:
    """How a component is built from its Go module.

    `modules` are required at this very version: the packages' own modules, where they are several. What is not
    named would be resolved to its newest version, and would lift the others with it.
    Templates may use `{version}` (no leading v). `renames` maps the name Go gives a binary to ours.
    `staging`: the module replaces names with its own ./staging folders, which are published separately under
    v0.<minor>.<patch>. `replaces`: module versions put in the place of the ones asked for, with the reason in
    the registry. A cgo build is linked statically, so that it does not depend on a machine's C library.
    `libraries` are the C libraries it needs, by pkg-config's name, and the Debian package of each.
    Raise `edition` when what the recipe built so far must not be used any more.
    """

    modules: tuple[str, ...]
    packages: tuple[str, ...]
    renames: tuple[tuple[str, str], ...] = ()
    cgo: bool = False
    tags: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    staging: bool = False
    replaces: tuple[tuple[str, str], ...] = ()
    libraries: tuple[tuple[str, str], ...] = ()
    edition: int = 1

    def ldflags(self, version: str) -> str:
        """The linker's flags: no symbol table, static where C is involved, version variables."""
        words = ["-s -w"]
        if self.cgo:
            words.append('-linkmode external -extldflags "-static"')
        words += [f"-X {name}={value.format(version=version)}" for name, value in self.variables]
        return " ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of a release. `{version}`, `{arch}` in every template; `{program}` too where it is PLAIN.

    `checksum` is the path of the published checksum: a bare digest, or lines of digest and file name.
    `members` maps our program names to paths inside the archive; for a PLAIN asset it is the name alone.
    """

    path: str
    checksum: str
    archive: Archive
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecipe:
    """Where the project publishes its binaries. `upstream` is the host that a mirror may stand in for."""

    upstream: str
    assets: tuple[Asset, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A named set of programs that are versioned together. `release` is None where none is published with a
    checksum."""

    name: str
    programs: tuple[str, ...]
    go: GoRecipe
    release: ReleaseRecipe | None


def _same(names: tuple[str, ...], folder: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, f"{folder}{name}") for name in names)


_KUBERNETES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl")
_ETCD = ("etcd", "etcdctl", "etcdutl")
_CONTAINERD = ("containerd", "containerd-shim-runc-v2", "ctr")
_CNI = ("bridge", "loopback", "host-local", "portmap")

_ETCD_MODULES = tuple(f"go.etcd.io/etcd/{name}/v3" for name in ("server", "etcdctl", "etcdutl"))

_ETCD_RELEASE = "/etcd-io/etcd/releases/download/v{version}"
_CONTAINERD_RELEASE = (
    "/containerd/containerd/releases/download/v{version}/containerd-static-{version}-linux-{arch}.tar.gz"
)
_RUNC_RELEASE = "/opencontainers/runc/releases/download/v{version}"
_CNI_RELEASE = "/containernetworking/plugins/releases/download/v{version}/cni-plugins-linux-{arch}-v{version}.tgz"
_COREDNS_RELEASE = "/coredns/coredns/releases/download/v{version}/coredns_{version}_linux_{arch}.tgz"

COMPONENTS: tuple[Component, ...] = (
    Component(
        name="kubernetes",
        programs=_KUBERNETES,
        go=GoRecipe(
            modules=("k8s.io/kubernetes",),
            packages=tuple(f"k8s.io/kubernetes/cmd/{name}" for name in _KUBERNETES),
            variables=(("k8s.io/component-base/version.gitVersion", "v{version}"),),
            staging=True,
        ),
        release=ReleaseRecipe(
            upstream=KUBERNETES_RELEASES,
            assets=tuple(
                Asset(
                    path=f"/release/v{{version}}/bin/linux/{{arch}}/{name}",
                    checksum=f"/release/v{{version}}/bin/linux/{{arch}}/{name}.sha256",
                    archive=Archive.PLAIN,
                    members=((name, name),),
                )
                for name in _KUBERNETES
            ),
        ),
    ),
    Component(
        name="etcd",
        programs=_ETCD,
        go=GoRecipe(
            modules=_ETCD_MODULES,
            packages=_ETCD_MODULES,
            renames=(("server", "etcd"),),
        ),
        release=ReleaseRecipe(
            upstream=GITHUB,
            assets=(
                Asset(
                    path=_ETCD_RELEASE + "/etcd-v{version}-linux-{arch}.tar.gz",
                    checksum=_ETCD_RELEASE + "/SHA256SUMS",
                    archive=Archive.TAR_GZ,
                    members=_same(_ETCD, "etcd-v{version}-linux-{arch}/"),
                ),
            ),
        ),
    ),
    Component(
        name="containerd",
        programs=_CONTAINERD,
        go=GoRecipe(
            modules=("github.com/containerd/containerd/v2",),
            packages=tuple(f"github.com/containerd/containerd/v2/cmd/{name}" for name in _CONTAINERD),
            variables=(("github.com/containerd/containerd/v2/version.Version", "v{version}"),),
        ),
        release=ReleaseRecipe(
            upstream=GITHUB,
            assets=(
                Asset(
                    path=_CONTAINERD_RELEASE,
                    checksum=_CONTAINERD_RELEASE + ".sha256sum",
                    archive=Archive.TAR_GZ,
                    members=_same(_CONTAINERD, "bin/"),
                ),
            ),
        ),
    ),
    Component(
        name="runc",
        programs=("runc",),
        go=GoRecipe(
            modules=("github.com/opencontainers/runc",),
            packages=("github.com/opencontainers/runc",),
            cgo=True,
            # A runc without seccomp refuses every container that has a profile, as all have under a kubelet
            # with seccompDefault and in namespaces of the restricted level.
            tags=("netgo", "osusergo", "seccomp"),
            libraries=(("libseccomp", "libseccomp-dev"),),
            edition=2,
        ),
        release=ReleaseRecipe(
            upstream=GITHUB,
            assets=(
                Asset(
                    path=_RUNC_RELEASE + "/runc.{arch}",
                    checksum=_RUNC_RELEASE + "/runc.sha256sum",
                    archive=Archive.PLAIN,
                    members=(("runc", "runc"),),
                ),
            ),
        ),
    ),
    Component(
        name="cni-plugins",
        programs=_CNI,
        go=GoRecipe(
            modules=("github.com/containernetworking/plugins",),
            packages=tuple(
                f"github.com/containernetworking/plugins/plugins/{path}"
                for path in ("main/bridge", "main/loopback", "ipam/host-local", "meta/portmap")
            ),
            variables=(
                (
                    "github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion",
                    "v{version}",
                ),
            ),
        ),
        release=ReleaseRecipe(
            upstream=GITHUB,
            assets=(
                Asset(
                    path=_CNI_RELEASE,
                    checksum=_CNI_RELEASE + ".sha256",
                    archive=Archive.TAR_GZ,
                    members=_same(_CNI, ""),
                ),
            ),
        ),
    ),
    Component(
        name="coredns",
        programs=("coredns",),
        go=GoRecipe(modules=("github.com/coredns/coredns",), packages=("github.com/coredns/coredns",)),
        release=ReleaseRecipe(
            upstream=GITHUB,
            assets=(
                Asset(
                    path=_COREDNS_RELEASE,
                    checksum=_COREDNS_RELEASE + ".sha256",
                    archive=Archive.TAR_GZ,
                    members=(("coredns", "coredns"),),
                ),
            ),
        ),
    ),
    Component(
        name="flannel",
        programs=("flanneld",),
        go=GoRecipe(
            modules=("github.com/flannel-io/flannel",),
            packages=("github.com/flannel-io/flannel",),
            renames=(("flannel", "flanneld"),),
            cgo=True,
            tags=("netgo", "osusergo"),
            variables=(("github.com/flannel-io/flannel/pkg/version.Version", "v{version}"),),
            # 0.28.4 asks for v1.3.79 of this SDK, which module mirrors do not all have. Only flannel's
            # tencent-vpc backend uses it, and Seakeep never selects that backend.
            replaces=(("github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common", "v1.3.78"),),
        ),
        release=None,  # flanneld is published without a checksum
    ),
    Component(
        name="kube-router",
        programs=("kube-router",),
        go=GoRecipe(
            modules=("github.com/cloudnativelabs/kube-router/v2",),
            packages=("github.com/cloudnativelabs/kube-router/v2/cmd/kube-router",),
            variables=(("github.com/cloudnativelabs/kube-router/v2/pkg/version.Version", "v{version}"),),
        ),
        release=None,  # its project publishes it as an image
    ),
)

MACHINE_COMPONENTS = ("kubernetes", "etcd", "containerd", "runc", "cni-plugins")
"""What every cluster needs on its machines; the others are only needed inside images."""


def component(name: str) -> Component:
    """The component of that name; KeyError for any other."""
    for known in COMPONENTS:
        if known.name == name:
            return known
    raise KeyError(name)
