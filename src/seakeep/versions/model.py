"""The shape of a release: everything that depends on the Kubernetes version, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A semantic version without a pre-release part; prints with no leading v."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> "Version":
        """From `v1.37.2` or `1.37.2`. ValueError for anything else."""
        parts = text.removeprefix("v").split(".")
        if len(parts) != 3 or not all(part.isdigit() for part in parts):
            raise ValueError(f"{text!r} is not a version of the form 1.37.2")
        return cls(*(int(part) for part in parts))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Minor:
    """One Kubernetes minor: what Seakeep installs beside it, and what its files are called there.

    `patches` are those Seakeep knows; the last is the default. Image fields are full upstream references.
    `skew_kubelet`: how many minors a kubelet may be older than the API server. A minor that is not
    `installable` is there to be recognised (upgrade paths, live clusters), not to be set up.
    """

    minor: tuple[int, int]
    patches: tuple[str, ...]
    etcd: str
    containerd: str
    runc: str
    cni_plugins: str
    coredns: str
    flannel: str
    kube_router: str
    pause_image: str
    coredns_image: str
    flannel_image: str
    kube_router_image: str
    probe_image: str
    authentication_config_api: str
    kubelet_config_api: str
    skew_kubelet: int
    end_of_life: str
    installable: bool = True

    @property
    def name(self) -> str:
        """`1.37`."""
        return f"{self.minor[0]}.{self.minor[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One concrete Kubernetes version with its companions. `kubernetes` has no leading v."""

    kubernetes: str
    minor: Minor

    def component(self, name: str) -> str:
        """The version of a component folder: kubernetes, etcd, containerd, runc, cni-plugins, coredns, flannel,
        kube-router.

        KeyError for any other name.
        """
        return {
            "kubernetes": self.kubernetes,
            "etcd": self.minor.etcd,
            "containerd": self.minor.containerd,
            "runc": self.minor.runc,
            "cni-plugins": self.minor.cni_plugins,
            "coredns": self.minor.coredns,
            "flannel": self.minor.flannel,
            "kube-router": self.minor.kube_router,
        }[name]
