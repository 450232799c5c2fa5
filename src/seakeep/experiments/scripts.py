"""Pieces of shell that several faults are made of. POSIX sh, coreutils, systemd, nft."""

from collections.abc import Iterable

from seakeep.artifacts import kubelet
from seakeep.design.model import Machine
from seakeep.engine import guard
from seakeep.engine.guard import quote
from seakeep.experiments import deadman


def kill_unit(*units: str) -> str:
    """SIGKILL to every process of the units. Those with `Restart=` come back by themselves. Fails where a unit does not
    run: nothing would be tested."""
    lines = ["set -eu"]
    for unit in map(guard.unit, units):
        lines.append(f"systemctl is-active --quiet {unit}")
        lines.append(f"systemctl kill --signal=SIGKILL {unit}")
    return "\n".join(lines) + "\n"


def kill_main(unit: str) -> str:
    """SIGKILL to the unit's main process alone, as the kernel does that is out of memory: what it has started is in the
    same control group and goes on. Fails where the unit does not run."""
    name = guard.unit(unit)
    return (
        "set -eu\n"
        f"systemctl is-active --quiet {name}\n"
        f'kill -KILL "$(systemctl show --property=MainPID --value {name})"\n'
    )


def start_unit(*units: str) -> str:
    """Start what does not run, with what systemd counts against it forgotten. Does not wait: a member that waits for
    its peers is not ready."""
    return "".join(
        f"systemctl reset-failed {unit} 2>/dev/null || true\nsystemctl start --no-block {unit}\n"
        for unit in map(guard.unit, units)
    )


def cut(token: str, machine: Machine, others: Iterable[Machine], *, inbound: bool = True, outbound: bool = True) -> str:
    """Drop every packet between this machine and the others, also of connections that stand. SSH stays open both ways,
    so that the operator (who may be on one of them) can still heal it."""
    addresses = ", ".join(sorted(str(other.address) for other in others))
    ssh = machine.ssh.port
    rules = ["add table inet storm_" + token]
    for chain, side, wanted in (("input", "saddr", inbound), ("output", "daddr", outbound)):
        if not wanted:
            continue
        # Before connection tracking (-200) and every other table: nothing else may have accepted it already.
        rules.append(f"add chain inet storm_{token} {chain} {{ type filter hook {chain} priority -350; }}")
        rules.append(f"add rule inet storm_{token} {chain} tcp dport {ssh} accept")
        rules.append(f"add rule inet storm_{token} {chain} tcp sport {ssh} accept")
        rules.append(f"add rule inet storm_{token} {chain} ip {side} {{ {addresses} }} drop")
    text = "\n".join(rules)
    return f"nft -f - <<'END'\n{text}\nEND\n"


def cut_arp(token: str, machine: Machine, others: Iterable[Machine], vip: object | None) -> str:
    """No ARP between this machine and the others either: a load balancer that hears nobody takes the VIP, and its
    announcements, which no broken link would carry, must not draw the others' traffic to it.

    At the device: keepalived's packets meet no other hook. IPv4. A kernel older than 5.16 has no hook for what leaves
    there and goes on without; the rest of the cut holds.
    """
    addresses = ", ".join([*sorted(str(other.address) for other in others), *([str(vip)] if vip is not None else [])])
    # `saddr` is who sends an ARP packet, `daddr` whom it asks for: itself, in an announcement.
    return f"""\
dev=$(ip -o -4 addr show to {machine.address} | awk '{{ print $2; exit }}')
nft -f - <<END || true
add table netdev storm_{token}
add chain netdev storm_{token} ingress {{ type filter hook ingress device "$dev" priority -350; }}
add rule netdev storm_{token} ingress arp saddr ip {{ {addresses} }} drop
add chain netdev storm_{token} egress {{ type filter hook egress device "$dev" priority -350; }}
add rule netdev storm_{token} egress arp daddr ip {{ {addresses} }} drop
END
"""


def uncut(token: str) -> str:
    """Undo `cut` and `cut_arp`."""
    return "".join(f"nft delete table {family} storm_{token} 2>/dev/null || true\n" for family in ("inet", "netdev"))


CLUSTER_UNITS = (
    "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "seakeep-haproxy", "seakeep-keepalived",
    "kube-proxy", "kubelet", "containerd",
)  # fmt: skip
"""Everything of a cluster that may run on a machine."""


def stop_unit(*units: str) -> str:
    """Stop what runs. Fails where a unit does not run: nothing would be tested."""
    lines = ["set -eu"]
    for unit in map(guard.unit, units):
        lines += [f"systemctl is-active --quiet {unit}", f"systemctl stop {unit}"]
    return "\n".join(lines) + "\n"


def pause_unit(*units: str) -> str:
    """SIGSTOP to every process of the units. Fails where a unit does not run."""
    lines = ["set -eu"]
    for unit in map(guard.unit, units):
        lines += [f"systemctl is-active --quiet {unit}", f"systemctl kill --signal=SIGSTOP {unit}"]
    return "\n".join(lines) + "\n"


def resume_unit(*units: str) -> str:
    """SIGCONT, then start what does not run: systemd may have given up waiting meanwhile."""
    return "".join(
        f"systemctl kill --signal=SIGCONT {unit} 2>/dev/null || true\n{start_unit(unit)}"
        for unit in map(guard.unit, units)
    )


def pause_cluster_units() -> str:
    """SIGSTOP to everything of the cluster that runs here. Fails where nothing does."""
    units = " ".join(CLUSTER_UNITS)
    return (
        "n=0\n"
        f"for u in {units}; do\n"
        "  if systemctl is-active --quiet $u; then systemctl kill --signal=SIGSTOP $u; n=$((n + 1)); fi\n"
        "done\n"
        "[ $n -gt 0 ] || { echo 'nothing of a cluster runs here' >&2; exit 1; }\n"
    )


def resume_cluster_units() -> str:
    """SIGCONT to all of them."""
    return f"for u in {' '.join(CLUSTER_UNITS)}; do systemctl kill --signal=SIGCONT $u 2>/dev/null || true; done\n"


def close_port(token: str, port: int) -> str:
    """Drop what comes in for one TCP port, also of connections that stand. `uncut` undoes it."""
    table = f"storm_{token}"
    return (
        "nft -f - <<'END'\n"
        f"add table inet {table}\n"
        f"add chain inet {table} input {{ type filter hook input priority -350; }}\n"
        f"add rule inet {table} input tcp dport {port} drop\n"
        "END\n"
    )


def lose_etcd(token: str, folder: str) -> str:
    """Stop etcd and put its data aside, within the same file system: nothing is copied."""
    return (
        "set -eu\nsystemctl is-active --quiet etcd\nsystemctl stop etcd\n"
        f"mv -T {folder}/member {folder}/.storm-{token}\n"
    )


def find_etcd(token: str, folder: str) -> str:
    """Put the data back, in the place of whatever an etcd that was started without it has made, and start it."""
    aside = f"{folder}/.storm-{token}"
    return (
        f"if [ -d {aside} ]; then systemctl stop etcd; rm -rf {folder}/member; mv -T {aside} {folder}/member; fi\n"
        f"{start_unit('etcd')}"
    )


def fill_etcd(token: str, folder: str) -> str:
    """Start etcd on a copy of its data in memory, with no room to grow. The disk stays reachable under /run: nothing
    that cleans up after a run removes folders there."""
    disk = f"/run/seakeep-storm-{token}-disk"
    return (
        "set -eu\nsystemctl is-active --quiet etcd\nsystemctl stop etcd\n"
        f"mkdir -p {disk}\nmount --bind {folder} {disk}\n"
        f"size=$(($(du -sk {disk} | cut -f1) + 256))\n"
        f"mount -t tmpfs -o size=${{size}}k,mode=0700,uid=$(id -u etcd),gid=$(id -g etcd) storm-{token} {folder}\n"
        f"cp -a {disk}/. {folder}/\n"
        "systemctl start --no-block etcd\n"
    )


def unfill_etcd(token: str, folder: str) -> str:
    """Bring what was written meanwhile to the disk, and start etcd there."""
    disk = f"/run/seakeep-storm-{token}-disk"
    mounted = f"grep -q '^storm-{token} {folder} ' /proc/mounts"
    return (
        f"if {mounted}; then\n"
        "  systemctl stop etcd\n"
        f"  rm -rf {disk}/.new && mkdir {disk}/.new && cp -a {folder}/member {disk}/.new/ &&\n"
        f"  rm -rf {disk}/member && mv -T {disk}/.new/member {disk}/member && rm -rf {disk}/.new &&\n"
        f"  umount {folder} || exit 1\n"
        "fi\n"
        f"if mountpoint -q {disk}; then umount {disk}; fi\nrmdir {disk} 2>/dev/null || true\n"
        f"{start_unit('etcd')}"
    )


_SLOWED = "/run/systemd/system.control/etcd.service.d/50-IOWriteIOPSMax.conf"
"""Where `systemctl set-property --runtime` writes a limit down, an empty one as well: an override of the unit, which a
plan would find."""


def slow_etcd(folder: str) -> str:
    """At most twenty writes a second on etcd's device."""
    return (
        "set -eu\n"
        "grep -qw io /sys/fs/cgroup/cgroup.controllers 2>/dev/null || {\n"
        "  echo 'no io controller of cgroup version 2: writes cannot be slowed down here' >&2; exit 69; }\n"
        f"systemctl set-property --runtime etcd.service IOWriteIOPSMax='{folder} 20'\n"
    )


def unslow_etcd() -> str:
    """No limit any more."""
    return f"""\
if [ -e {_SLOWED} ]; then
  systemctl set-property --runtime etcd.service IOWriteIOPSMax= || true
  rm -f {_SLOWED}
  rmdir {_SLOWED.rpartition("/")[0]} 2>/dev/null || true
  systemctl daemon-reload
fi
"""


def cover(folder: str, unit: str) -> str:
    """Mount a file system of 64 KiB over a folder and start the unit anew, so that it opens its files there."""
    return (
        f"set -eu\nsystemctl is-active --quiet {unit}\n"
        f"mount -t tmpfs -o size=64k,mode=0700 storm {folder}\n"
        f"systemctl restart --no-block {unit}\n"
    )


def uncover(folder: str, unit: str) -> str:
    """Take it away, and start the unit anew on what was there."""
    return (
        f"if grep -q '^storm {folder} ' /proc/mounts; then\n"
        f"  umount -l {folder}\n  systemctl restart --no-block {unit}\nfi\ntrue\n"
    )


def expire(token: str, pair: str) -> str:
    """Replace a certificate and its key by a pair that ended long ago. The old ones are kept beside the healer."""
    kept = f"/var/lib/seakeep/storm/{token}"
    return (
        "set -eu\numask 077\n"
        "command -v openssl >/dev/null || { echo 'openssl is missing on this machine' >&2; exit 69; }\n"
        f"mkdir -p {kept}\ncp -a {pair}.crt {kept}/crt\ncp -a {pair}.key {kept}/key\n"
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=expired"
        f" -not_before 20200101000000Z -not_after 20200102000000Z -keyout {kept}/new.key -out {kept}/new.crt"
        f" 2>{kept}/said || {{ cat {kept}/said >&2; exit 69; }}\n"
        f"mv {kept}/new.key {pair}.key\nmv {kept}/new.crt {pair}.crt\n"
    )


def unexpire(token: str, pair: str) -> str:
    """Put the old pair back, the key first: a certificate without its key is not taken up."""
    kept = f"/var/lib/seakeep/storm/{token}"
    return f"if [ -f {kept}/crt ]; then cp -a {kept}/key {pair}.key && cp -a {kept}/crt {pair}.crt; fi\n"


def move_clock(token: str) -> str:
    """Ten minutes ahead. The step is written down, so that healing twice does not move it twice."""
    kept = f"/var/lib/seakeep/storm/{token}"
    return (
        "set -eu\n"
        "if systemd-detect-virt --container --quiet; then\n"
        "  echo 'a container has the clock of its host, which others use' >&2; exit 69\nfi\n"
        f"mkdir -p {kept}\nsystemctl stop chrony 2>/dev/null || systemctl stop chronyd 2>/dev/null || true\n"
        f"date -s @$(($(date +%s) + 600)) >/dev/null\necho 600 >{kept}/moved\n"
    )


def unmove_clock(token: str) -> str:
    """Back by what it was moved; chrony does the rest."""
    kept = f"/var/lib/seakeep/storm/{token}"
    return (
        f"if [ -f {kept}/moved ]; then\n"
        f"  date -s @$(($(date +%s) - $(cat {kept}/moved))) >/dev/null && rm -f {kept}/moved\n"
        "  systemctl start chrony 2>/dev/null || systemctl start chronyd 2>/dev/null || true\n"
        "fi\n"
    )


STORM_LABEL = "seakeep.dev/storm"
"""What namespaces of storms carry, so that `storm heal` finds and removes them."""

FLOOD_PROCESSES = 3
FLOOD_AT_ONCE = 40
"""Connections of each of the flood's processes, each with a request under way all the time: together several times what
API servers carry out at once for tenants."""

_TOKEN_SECONDS = 25
"""In which a kubelet has to have fetched the pod's token."""


def flood(token: str, namespace: str, url: str, *, seconds: float) -> str:
    """List that URL with the token of the namespace's pod here, as fast as it goes. Each answer's status is a line of a
    file `codes-N`, written a thousand lines at a time: fewer than were answered. Fails where there is no curl, no such
    pod, or where the first request is not answered with 200."""
    folder = f"{deadman.FOLDER}/{token}"
    # HTTP/1.1: one request to a connection, and connections to every API server.
    ask = (
        f"curl -s --http1.1 --max-time 30 --cacert {folder}/ca.crt -K {folder}/curl -o /dev/null "
        f"-w '%{{http_code}}\\n' --parallel --parallel-immediate --parallel-max {FLOOD_AT_ONCE} "
        f"{quote(f'{url}?n=[1-999999999]')} 2>/dev/null >{folder}/codes-"
    )
    asking = f"for n in $(seq {FLOOD_PROCESSES}); do {ask}$n & done; wait"
    # Nice: it is the API that shall be short of time, not the machine that asks, which in a lab is the same computer.
    unit = f"seakeep-storm-{token}-flood --nice=19 --property=RuntimeMaxSec={seconds + 60:.0f}"
    return f"""set -eu
umask 077
command -v curl >/dev/null || {{ echo 'there is no curl here' >&2; exit 69; }}
n=0
until p=$(grep -lxs {quote(namespace)} {kubelet.ROOT}/pods/*/volumes/kubernetes.io~projected/*/namespace); do
  n=$((n + 1))
  [ $n -le {_TOKEN_SECONDS * 5} ] || {{ echo 'the kubelet has not fetched the token' >&2; exit 1; }}
  sleep 0.2
done
p=$(printf '%s\\n' "$p" | head -n 1)
p=${{p%/namespace}}
cp "$p/ca.crt" {folder}/ca.crt
printf 'header = "Authorization: Bearer %s"\\n' "$(cat "$p/token")" >{folder}/curl
c=$(curl -sS -o /dev/null -w '%{{http_code}}' --max-time 10 --cacert {folder}/ca.crt -K {folder}/curl {quote(url)})
[ "$c" = 200 ] || {{ echo "the first request was answered with $c" >&2; exit 1; }}
systemd-run --quiet --collect --unit={unit} sh -c {quote(asking)}
"""


def unflood(token: str) -> str:
    """Stop it."""
    unit = f"seakeep-storm-{token}-flood"
    return f"systemctl kill --signal=SIGKILL {unit} 2>/dev/null || true\nsystemctl stop {unit} 2>/dev/null || true\n"


def flood_sent(token: str) -> str:
    """Prints `COUNT STATUS` for each status that the flood was answered with so far; 000 is no answer."""
    return f"cat {deadman.FOLDER}/{token}/codes-* 2>/dev/null | sort | uniq -c; true\n"
