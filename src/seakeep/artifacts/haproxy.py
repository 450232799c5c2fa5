"""The load balancer of the API: TCP to every API server that says over verified TLS that it is ready.

Readiness includes etcd, and every API server spreads its requests over all members: when several fall silent at once,
as with a site, well API servers say for seconds that they are not ready, all of them. So where most of them say that,
HAProxy asks less of them (`LAST`), and cuts nobody: an API server of the lost site may still count as the only one that
is ready.
"""

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
STATE = f"{RUN}/state.sock"
"""Where CHECKER asks for /usable (is there an API server to give connections to?) and /ready (is one of them ready?):
200 or 503."""
CHECKER = "seakeep-check"
"""The account of keepalived's check."""
BACKEND = "kube-apiserver"
LAST = "kube-apiserver-last"
"""The last resort, used while fewer than half of the servers of BACKEND take new connections."""
READY_BUT_ETCD = "/readyz?exclude=etcd&exclude=etcd-readiness"
"""Whether an API server has started and is not shutting down, whatever etcd does."""
_READY = "/readyz?exclude=etcd"
"""etcd is asked once for it, not twice: `etcd-readiness` stays, whose time limit is the design's (etcd_ready_ms)."""
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
    endpoint = design.endpoint
    binds = [f"    bind {endpoint.vip}:{endpoint.port}"] if endpoint.vip is not None else []
    binds.append(f"    bind 127.0.0.1:{endpoint.port}")
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
        # The first retry already goes elsewhere: a server that fell silent a moment ago is not seen to be down yet.
        "    option redispatch 1",
        "    retries 2",
        "    timeout connect 1s",
        "    timeout queue 5s",
        f"    timeout check {design.timings.lb_timeout_ms}ms",
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
        *(_state() if endpoint.vip is not None else ()),
        f"frontend {BACKEND}",
        *binds,
        f"    use_backend {LAST} if {{ nbsrv({BACKEND}) lt {len(design.with_role(Role.CONTROL_PLANE)) // 2 + 1} }}",
        f"    default_backend {BACKEND}",
        "",
        *_backend(design, BACKEND, _READY),
        "",
        *_backend(design, LAST, READY_BUT_ETCD),
    ]
    return "\n".join(lines) + "\n"


def _state() -> list[str]:
    """Answered by HAProxy itself, from its checks: a request of its own might go to a server that died a moment ago,
    and the address would leave for that."""
    return [
        "frontend state",
        "    mode http",
        f"    bind unix@{STATE} user {CHECKER} mode 600",
        f"    acl ready nbsrv({BACKEND}) ge 1",
        f"    acl usable nbsrv({LAST}) ge 1",
        "    http-request return status 200 if { path /ready } ready",
        "    http-request return status 200 if { path /usable } ready or { path /usable } usable",
        "    http-request return status 503",
        "    option dontlog-normal",
        "",
    ]


def _backend(design: Design, name: str, path: str) -> list[str]:
    """All API servers, of which those that answer `path` with 200 get new connections."""
    timings = design.timings
    inter = timings.lb_inter_ms
    checked = (
        f"verify required ca-file {CA} inter {inter}ms fastinter {max(inter // 2, 100)}ms"
        f" fall {timings.lb_fall} rise {timings.lb_rise} on-marked-down shutdown-sessions"
    )
    return [
        f"backend {name}",
        "    balance leastconn",
        "    option httpchk",
        "    http-check connect ssl",
        f"    http-check send meth GET uri {path} ver HTTP/1.1 hdr Host kube-apiserver",
        # An API server that answers anything else is stopping, starting, or has lost etcd: it gets no new connection,
        # and those it has are its own to end. One that does not answer is down, and its connections are cut.
        "    http-check expect status 200 error-status L7OKC",
        f"    default-server check {checked}",
        *(
            f"    server {server.name} {server.address}:{PORT} verifyhost {server.name}"
            for server in design.with_role(Role.CONTROL_PLANE)
        ),
    ]


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
        "RuntimeDirectoryMode=0711",
        "LimitNOFILE=65536",
        *unit.SANDBOX,
    ]
    return unit.service(
        "Load balancer of the Kubernetes API", [PROGRAM, "-Ws", "-f", CONFIG, "-p", f"{RUN}/pid"], settings
    )
