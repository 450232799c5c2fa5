"""The load balancer of the API: TCP to every API server that says over verified TLS that it is ready."""

from seakeep.artifacts import unit
from seakeep.artifacts.base import DirSpec, FileSpec, MachineFiles, UnitSpec
from seakeep.artifacts.common import LB, UNITS, stored, unit_file
from seakeep.artifacts.kube_apiserver import PORT
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits
from seakeep.state.rotation import trust_name

NAME = "seakeep-haproxy"
CONFIG = f"{LB}/haproxy.cfg"
CA = f"{LB}/ca.crt"
RUN = "/run/seakeep-haproxy"
STATS = f"{RUN}/stats.sock"
BACKEND = "kube-apiserver"
PROGRAM = "/usr/sbin/haproxy"


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """HAProxy on this machine."""
    del machine, traits
    return MachineFiles(
        dirs=(DirSpec(path="/etc/seakeep"), DirSpec(path=LB)),
        files=(
            stored(CA, trust_name("cluster")),
            FileSpec(path=CONFIG, parts=(_config(design),), mode=0o600),
            unit_file(NAME, _unit()),
        ),
        units=(
            UnitSpec(
                name=NAME,
                reads=(f"{UNITS}/{NAME}.service", CONFIG, CA),
                reloads=(CONFIG, CA),
            ),
        ),
    )


def _config(design: Design) -> str:
    timings, endpoint = design.timings, design.endpoint
    servers = design.with_role(Role.CONTROL_PLANE)
    binds = [f"    bind {endpoint.vip}:{endpoint.port}"] if endpoint.vip is not None else []
    binds.append(f"    bind 127.0.0.1:{endpoint.port}")
    inter = timings.lb_inter_ms
    check = (
        f"check verify required ca-file {CA} inter {inter}ms fastinter {max(inter // 2, 100)}ms"
        f" fall {timings.lb_fall} rise {timings.lb_rise} on-marked-down shutdown-sessions"
    )
    lines = [
        "global",
        "    log stdout format raw local0 notice",
        "    user haproxy",
        "    group haproxy",
        f"    stats socket {RUN}/admin.sock user root group root mode 600 level admin expose-fd listeners",
        "    hard-stop-after 1h",
        # Two descriptors each; HAProxy does not start where it may not open that many (20000 in the lab).
        "    maxconn 8000",
        "    ssl-default-server-options ssl-min-ver TLSv1.2",
        "",
        "defaults",
        "    mode tcp",
        "    log global",
        "    option dontlognull",
        "    option tcplog",
        "    option redispatch",
        "    retries 2",
        "    timeout connect 2s",
        "    timeout queue 5s",
        f"    timeout check {max(inter, 1000)}ms",
        # Watches are silent for long; a peer that is gone is found by keep-alive probes instead.
        "    option clitcpka",
        "    option srvtcpka",
        "    timeout client 1h",
        "    timeout server 1h",
        "    timeout tunnel 1h",
        "",
        # What it thinks of each API server, for whoever may read the socket: root.
        "frontend stats",
        "    mode http",
        "    option httplog",
        f"    bind unix@{STATS} user root group root mode 600",
        "    stats enable",
        "    stats uri /",
        "    option dontlog-normal",
        "",
        "frontend kube-apiserver",
        *binds,
        f"    default_backend {BACKEND}",
        "",
        f"backend {BACKEND}",
        "    balance leastconn",
        "    option httpchk",
        "    http-check connect ssl",
        "    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host kube-apiserver",
        # An API server that answers anything else is stopping, starting, or has lost etcd: it gets no new connection,
        # and those it has are its own to end. One that does not answer is down, and its connections are cut.
        "    http-check expect status 200 error-status L7OKC",
        f"    default-server {check}",
        *(f"    server {cp.name} {cp.address}:{PORT} verifyhost {cp.name}" for cp in servers),
    ]
    return "\n".join(lines) + "\n"


def _unit() -> str:
    settings = [
        "Type=notify",
        f"ExecStartPre={PROGRAM} -q -c -f {CONFIG}",
        f"ExecReload={PROGRAM} -q -c -f {CONFIG}",
        "ExecReload=/bin/kill -USR2 $MAINPID",
        "KillMode=mixed",
        "Restart=always",
        "RestartSec=1",
        "SuccessExitStatus=143",
        "RuntimeDirectory=seakeep-haproxy",
        "RuntimeDirectoryMode=0700",
        "LimitNOFILE=65536",
        *unit.SANDBOX,
    ]
    return unit.service(
        "Load balancer of the Kubernetes API", [PROGRAM, "-Ws", "-f", CONFIG, "-p", f"{RUN}/pid"], settings
    )
