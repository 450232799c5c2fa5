"""An etcd member: mutual TLS towards clients and peers, and the settings that are the same on all members."""

from collections.abc import Sequence

from seakeep.artifacts import etcd_leave, unit, yamltext
from seakeep.artifacts.base import DirSpec, FileSpec, MachineFiles, UnitSpec, UserSpec
from seakeep.artifacts.common import (
    BIN,
    CIPHER_SUITES,
    ETCD_PKI,
    UNITS,
    pair,
    pair_paths,
    program_link,
    stored,
    unit_file,
)
from seakeep.core.change import Risk
from seakeep.core.json import Json
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits
from seakeep.state.rotation import trust_name

NAME = "etcd"
CONFIG = "/etc/etcd/etcd.yaml"
USER = "etcd"
BOOTSTRAP = "/etc/etcd/bootstrap.yaml"
"""What a member without data starts with, once: whom to found a cluster with, or to join. It is gone as soon as the
member serves, so that a member whose data are lost does not start again by itself."""
METRICS = "http://127.0.0.1:2381"
LEAVE = "/etc/etcd/leave"


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """The member on this machine."""
    pki = design.pki
    return MachineFiles(
        users=(UserSpec(name=USER, home=design.etcd.data_dir),),
        dirs=(
            DirSpec(path="/etc/etcd"),
            DirSpec(path=ETCD_PKI, owner=USER, group=USER, mode=0o700),
            DirSpec(path=design.etcd.data_dir, owner=USER, group=USER, mode=0o700),
        ),
        files=(
            stored(f"{ETCD_PKI}/ca.crt", trust_name("etcd"), owner=USER),
            *pair(ETCD_PKI, "server", pki.leaf("etcd", f"server-{machine.name}"), owner=USER),
            *pair(ETCD_PKI, "peer", pki.leaf("etcd", f"peer-{machine.name}"), owner=USER),
            *pair(ETCD_PKI, "health", pki.leaf("etcd", f"health-{machine.name}"), owner=USER),
            FileSpec(path=CONFIG, parts=(_steady(design, machine),), owner=USER, group=USER, mode=0o600),
            FileSpec(path=LEAVE, parts=(etcd_leave.script(),), mode=0o755),
            unit_file(NAME, _unit(design, traits), mode=0o600),
        ),
        units=(
            UnitSpec(
                name=NAME,
                # etcd reads its certificates from their files at every handshake, so a renewal needs no restart. The
                # CA is read once.
                reads=(f"{UNITS}/{NAME}.service", CONFIG, f"{ETCD_PKI}/ca.crt"),
                follows=(*pair_paths(ETCD_PKI, "server"), *pair_paths(ETCD_PKI, "peer")),
                binaries=(("etcd", "etcd"),),
                risk=Risk.QUORUM,
            ),
        ),
        links=tuple(program_link(design, "etcd", program) for program in ("etcd", "etcdctl", "etcdutl")),
    )


def founding(design: Design, machine: Machine) -> FileSpec:
    """The configuration with which all members of the design found a cluster."""
    members = [(member.name, f"https://{member.address}:2380") for member in design.with_role(Role.ETCD)]
    return _bootstrap(_config(design, machine, members, "new"))


def joining(design: Design, machine: Machine, members: Sequence[tuple[str, str]]) -> FileSpec:
    """The configuration with which the machine joins these members, (name, peer URL), itself among them."""
    return _bootstrap(_config(design, machine, members, "existing"))


def _bootstrap(text: str) -> FileSpec:
    return FileSpec(path=BOOTSTRAP, parts=(text,), owner=USER, group=USER, mode=0o600)


def _config(design: Design, machine: Machine, members: Sequence[tuple[str, str]], state: str) -> str:
    etcd = design.etcd
    address = machine.address

    def security(name: str) -> dict[str, Json]:
        return {
            "cert-file": f"{ETCD_PKI}/{name}.crt",
            "key-file": f"{ETCD_PKI}/{name}.key",
            "client-cert-auth": True,
            "trusted-ca-file": f"{ETCD_PKI}/ca.crt",
        }

    return yamltext.dump(
        {
            "name": machine.name,
            "data-dir": etcd.data_dir,
            "listen-peer-urls": f"https://{address}:2380",
            "listen-client-urls": f"https://{address}:2379,https://127.0.0.1:2379",
            "listen-metrics-urls": METRICS,
            "initial-advertise-peer-urls": f"https://{address}:2380",
            "advertise-client-urls": f"https://{address}:2379",
            "initial-cluster": ",".join(f"{name}={url}" for name, url in members),
            "initial-cluster-token": etcd.token,
            "initial-cluster-state": state,
            "strict-reconfig-check": True,
            "heartbeat-interval": etcd.heartbeat_ms,
            "election-timeout": etcd.election_ms,
            "pre-vote": True,
            "quota-backend-bytes": etcd.quota_bytes,
            # API servers compact every five minutes; this one works while none of them does.
            "auto-compaction-mode": "periodic",
            "auto-compaction-retention": "8h",
            "client-transport-security": security("server"),
            "peer-transport-security": security("peer"),
            "tls-min-version": "TLS1.2",
            "cipher-suites": list(CIPHER_SUITES),
            "feature-gates": "InitialCorruptCheck=true,CompactHashCheck=true",
            "logger": "zap",
            "log-level": "info",
            "log-outputs": ["stderr"],
        }
    )


def _steady(design: Design, machine: Machine) -> str:
    """Of a member that has data: they say who the others are, so that no change of the members changes this file.
    Without data it could neither found a cluster nor join one."""
    return _config(design, machine, [(machine.name, f"https://{machine.address}:2380")], "existing")


def _unit(design: Design, traits: Traits) -> str:
    settings = [
        f"User={USER}",
        f"Group={USER}",
        "Type=notify",
        "Restart=always",
        "RestartSec=1",
        # A member that waits for its peers is not ready and must not be killed for it.
        "TimeoutStartSec=infinity",
        # As root, for the packet filter; neither the script nor its folder belongs to the member's account.
        f"ExecStop=-+{LEAVE}",
        f"ExecStopPost=-+/usr/sbin/nft delete table inet {etcd_leave.TABLE}",
        "LimitNOFILE=65536",
        "Nice=-10",
        # Once it serves; with full rights, because /etc is read-only for the member itself.
        f"ExecStartPost=+/bin/rm -f {BOOTSTRAP}",
        *unit.SANDBOX,
        "CapabilityBoundingSet=",
        f"ReadWritePaths={design.etcd.data_dir}",
    ]
    if not traits.nested:
        settings.append("OOMScoreAdjust=-998")
    # systemd takes a single dollar sign for a variable of its own.
    start = (
        f"c={CONFIG}; if [ ! -d {design.etcd.data_dir}/member/wal ]; then c={BOOTSTRAP}; "
        '[ -e $$c ] || { echo "there are no data here, and nobody has let this member in"; exit 1; }; fi; '
        f"exec {BIN}/etcd --config-file=$$c"
    )
    return unit.service("etcd", ["/bin/sh", f"-c '{start}'"], settings)
