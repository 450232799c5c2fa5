"""The VIP: VRRP between the load balancers, held by one whose own HAProxy has an API server to use.

All start as BACKUP with `nopreempt`: whoever holds the VIP keeps it until its check fails, so a machine that
comes back causes no second failover. Priorities only order the first election. A failed check is a FAULT, not
a lower weight: the holder resigns (priority 0) instead of waiting to be outvoted. It does so at once where HAProxy has
nobody to give connections to, and after a while where those that it has are not ready: then etcd is in trouble, for all
load balancers alike or on the wrong side of a broken network.

It is stopped before HAProxy and started after it, whoever restarts that one: the VIP leaves first. It is not started
before HAProxy has asked every API server once: until then HAProxy takes them for well, and a first check that succeeds
counts at once.
"""

from seakeep.artifacts import unit
from seakeep.artifacts.base import FileSpec, MachineFiles, UnitSpec, UserSpec
from seakeep.artifacts.common import LB, UNITS, unit_file
from seakeep.artifacts.haproxy import CHECKER, STATE, STATS
from seakeep.artifacts.haproxy import NAME as HAPROXY_NAME
from seakeep.design.model import Design, Machine, Role, Timings
from seakeep.design.traits import Traits

NAME = "seakeep-keepalived"
CONFIG = f"{LB}/keepalived.conf"
CHECK = f"{LB}/check-api"
LEAVE = f"{LB}/leave-vip"
NOTE = f"{LB}/note-state"
ASKED = f"{LB}/await-checks"
RUN = "/run/seakeep-keepalived"
TABLE = "seakeep_leave"
PROGRAM = "/usr/sbin/keepalived"
HAPROXY = f"{HAPROXY_NAME}.service"


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """keepalived on this machine; nothing for a cluster without a VIP."""
    if design.endpoint.vip is None:
        return MachineFiles()
    return MachineFiles(
        users=(UserSpec(name=CHECKER, home="/nonexistent"),),
        files=(
            FileSpec(path=CONFIG, parts=(_config(design, machine, traits),), mode=0o600),
            FileSpec(path=CHECK, parts=(_check(design),), mode=0o755),
            FileSpec(path=LEAVE, parts=(_leave(design),), mode=0o755),
            FileSpec(path=NOTE, parts=(_NOTE,), mode=0o755),
            FileSpec(path=ASKED, parts=(_ASKED,), mode=0o755),
            unit_file(NAME, _unit()),
        ),
        units=(
            UnitSpec(
                name=NAME,
                reads=(f"{UNITS}/{NAME}.service", CONFIG),
                reloads=(CONFIG,),
            ),
        ),
    )


_NOTE = f"""\
#!/bin/sh
# Called by keepalived with INSTANCE, its name and the new state: whether this machine may take the VIP.
printf '%s\\n' "$3" >{RUN}/state
"""


_ASKED = f"""\
#!/bin/sh
# Runs before keepalived is started: waits until HAProxy has asked every API server once. For two seconds at the most,
# where they do not answer; without HAProxy there is nothing to wait for, and the check fails by itself.
n=0
while [ $n -lt 50 ]; do
  s=$(curl --silent --fail --max-time 1 --unix-socket {STATS} 'http://localhost/;csv') || exit 0
  printf '%s\\n' "$s" | awk -F, '$1 ~ /^kube-apiserver/ && $37 ~ /INI/ {{ exit 1 }}' && exit 0
  n=$((n + 1))
  sleep 0.1
done
"""


def router_id(design: Design) -> int:
    """The VRRP id, 1 to 255, from the VIP: two clusters in one network have different VIPs."""
    assert design.endpoint.vip is not None
    return int(design.endpoint.vip) % 255 + 1


def _config(design: Design, machine: Machine, traits: Traits) -> str:
    timings = design.timings
    balancers = design.with_role(Role.LOAD_BALANCER)
    order = [balancer.name for balancer in balancers].index(machine.name)
    peers = [balancer for balancer in balancers if balancer.name != machine.name]
    lines = [
        "global_defs {",
        f"    router_id {machine.name}",
        f"    script_user {CHECKER} {CHECKER}",
        "    enable_script_security",
        "    vrrp_version 3",
        # Whoever else believed to hold the VIP has announced it as well; neighbours believe the last one they heard.
        "    vrrp_garp_master_refresh 1",
        "}",
        "",
        *_script("usable", timings, timings.vip_check_fall),
        *_script("ready", timings, timings.vip_ready_fall),
        "vrrp_instance api {",
        "    state BACKUP",
        "    nopreempt",
        f"    interface {traits.interface}",
        f"    virtual_router_id {router_id(design)}",
        f"    priority {200 - order}",
        f"    advert_int {timings.vrrp_advert_s:g}",
        f"    unicast_src_ip {machine.address}",
    ]
    if peers:
        lines += ["    unicast_peer {", *(f"        {peer.address}" for peer in peers), "    }"]
    lines += [
        "    virtual_ipaddress {",
        f"        {design.endpoint.vip}/32",
        "    }",
        "    track_script {",
        "        usable",
        "        ready",
        "    }",
        f'    notify "{NOTE}" root root',
        "}",
    ]
    return "\n".join(lines) + "\n"


def _script(name: str, timings: Timings, fall: int) -> list[str]:
    """A check with this argument, given up after so many failures in a row."""
    return [
        f"vrrp_script {name} {{",
        f'    script "{CHECK} {name}"',
        f"    interval {timings.vip_check_interval}",
        f"    timeout {timings.vip_check_interval}",
        f"    fall {fall}",
        f"    rise {timings.vip_check_rise}",
        "    init_fail",
        "}",
        "",
    ]


def _check(design: Design) -> str:
    return (
        "#!/bin/sh\n"
        "# check-api usable|ready: exit 0 when this machine's own HAProxy has an API server to give connections to,\n"
        "# or one that is ready.\n"
        f"exec curl --silent --fail --output /dev/null --max-time {design.timings.vip_check_interval} \\\n"
        f"  --noproxy '*' --unix-socket {STATE} \"http://localhost/$1\"\n"
    )


def _leave(design: Design) -> str:
    vip, port = design.endpoint.vip, design.endpoint.port
    return (
        "#!/bin/sh\n"
        "# Runs before keepalived is stopped. Where the VIP is held, new connections wait while requests under way\n"
        "# end: a SYN that is dropped comes again after a second, to the next holder; a connection made now would be\n"
        "# cut.\n"
        f"ip -o -4 addr show to {vip} | grep -q . || exit 0\n"
        "nft -f - <<END || exit 0\n"
        f"table inet {TABLE} {{\n"
        "  chain in {\n"
        "    type filter hook input priority -300; policy accept;\n"
        f"    ip daddr {vip} tcp dport {port} tcp flags & (fin | syn | rst | ack) == syn drop\n"
        "  }\n"
        "}\n"
        "END\n"
        "sleep 0.5\n"
    )


def _unit() -> str:
    settings = [
        f"ExecStartPre=-{ASKED}",
        "ExecReload=/bin/kill -HUP $MAINPID",
        f"ExecStop=-{LEAVE}",
        f"ExecStopPost=-/usr/sbin/nft delete table inet {TABLE}",
        "KillMode=process",
        "Restart=always",
        "RestartSec=1",
        "RuntimeDirectory=seakeep-keepalived",
        "ProtectHome=yes",
        "ProtectSystem=full",
        "PrivateTmp=yes",
    ]
    command = [
        PROGRAM,
        "--dont-fork",
        "--log-console",
        f"--use-file={CONFIG}",
        f"--pid={RUN}/keepalived.pid",
        f"--vrrp_pid={RUN}/vrrp.pid",
        "--vrrp",
    ]
    return unit.service("VIP of the Kubernetes API", command, settings, after=(HAPROXY,), part_of=(HAPROXY,))
