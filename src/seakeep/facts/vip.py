"""Whether this machine holds the VIP or could take it, and what its own HAProxy makes of the API servers."""

from dataclasses import dataclass

from seakeep.facts.base import Ask, Fact


@dataclass(frozen=True, slots=True)
class VipState:
    """`through_own` is the answer of /readyz through this machine's HAProxy, whoever holds the VIP. `vrrp` is
    keepalived's state (MASTER, BACKUP, FAULT), '' where it does not run. `servers` are HAProxy's states of the API
    servers by name (UP, NOLB, DOWN...); empty where it does not tell."""

    holds: bool
    through_own: bool
    vrrp: str = ""
    servers: tuple[tuple[str, str], ...] = ()

    def gives(self, server: str) -> bool:
        """Whether this HAProxy gives new connections to the API server."""
        return dict(self.servers).get(server, "").startswith("UP")


def script(ask: Ask) -> str:
    """Asks its own HAProxy on the loopback address: the same question as keepalived's."""
    if not ask.vip:
        return "true"
    return (
        f"ip -o -4 addr show to {ask.vip} | grep -q . && echo holds\n"
        "curl -s -o /dev/null -w '%{http_code}\\n' --max-time 2 --cacert /etc/seakeep/lb/ca.crt "
        f"--connect-to ::127.0.0.1:{ask.api_port} https://kubernetes:{ask.api_port}/readyz\n"
        "printf 'vrrp %s\\n' \"$(cat /run/seakeep-keepalived/state 2>/dev/null)\"\n"
        "curl -s --max-time 2 --unix-socket /run/seakeep-haproxy/stats.sock 'http://localhost/;csv' |\n"
        """  awk -F, '$1 == "kube-apiserver" && $2 !~ /^(FRONT|BACK)END$/ { print "server", $2, $18 }'\ntrue"""
    )


def parse(output: bytes) -> VipState:
    """From the answers, a line each."""
    lines = [line.split() for line in output.decode("ascii", "replace").splitlines()]
    return VipState(
        holds=["holds"] in lines,
        through_own=["200"] in lines,
        vrrp=next((line[1] for line in lines if line[:1] == ["vrrp"] and len(line) > 1), ""),
        servers=tuple(sorted((line[1], line[2]) for line in lines if line[:1] == ["server"] and len(line) > 2)),
    )


FACT: Fact[VipState] = Fact(id="vip", script=script, parse=parse, volatile=True)
