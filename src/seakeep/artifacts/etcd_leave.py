"""What a member of etcd does before it is stopped, by whoever: the leader hands over, and loses nothing on the way.

While a leader hands over, it drops what others ask it to write: other members pass their clients' requests on to it,
are told nothing, and let the client wait for 7 s before they answer "request timed out". That lasts from the moment at
which the next leader is told until everybody has heard of it: 14 ms in the lab, in which one of 13 writes a second was
lost at every third handover. So for this time the old leader does not hear the others (but for the next one, whose
election it must see) nor its clients. What they send meanwhile TCP sends again within a second, and by then the old
leader is a follower, which passes on to the new one whatever it is asked. It has to stay for that second.

Sources: go.etcd.io/raft v3.6, raft.go (stepLeader, MsgProp: ErrProposalDropped while leadTransferee is set); etcd
v3.6, server/etcdserver/v3_server.go (a forwarded request waits for ReqTimeout), rafthttp/stream.go (a member's messages
to another one travel in the answer to a request of that other one, hence from port 2380).
"""

from seakeep.artifacts.common import BIN, ETCD_PKI

TABLE = "seakeep_handover"
HOLD_MS = 2000
"""The kernel ends the hold by itself after that: a script that is killed must leave no member deaf."""


def script() -> str:
    """For ExecStop=, as root. With no nft, or nobody to hand over to, it holds or hands over nothing."""
    ctl = (
        f"timeout 3 {BIN}/etcdctl --cacert={ETCD_PKI}/ca.crt --cert={ETCD_PKI}/health.crt"
        f" --key={ETCD_PKI}/health.key --command-timeout=2s --dial-timeout=1s"
    )
    return (
        "#!/bin/sh\n"
        "# Runs before this member is stopped, by whoever: a leader hands over to the first healthy member, so that\n"
        "# no election is needed, during which nothing could be written.\n"
        '[ -n "$MAINPID" ] || exit 0\n'
        f'ctl() {{ {ctl} "$@" 2>/dev/null; }}\n'
        "# hold ADDRESS: hear nobody but the next leader. A leader that hands over drops what it is asked to write.\n"
        "hold() {\n"
        "  nft -f - 2>/dev/null <<END && sleep 0.1\n"
        f"table inet {TABLE}\n"
        f"delete table inet {TABLE}\n"
        f"table inet {TABLE} {{\n"
        "  set held {\n"
        "    type inet_service; flags timeout\n"
        f"    elements = {{ 2379 timeout {HOLD_MS}ms, 2380 timeout {HOLD_MS}ms }}\n"
        "  }\n"
        "  chain in {\n"
        "    type filter hook input priority -300; policy accept;\n"
        "    ip daddr 127.0.0.0/8 accept\n"
        "    ip saddr $1 tcp sport 2380 accept\n"
        "    ip saddr $1 tcp dport 2380 accept\n"
        "    tcp dport @held drop\n"
        "    tcp sport 2380 tcp sport @held drop\n"
        "  }\n"
        "}\n"
        "END\n"
        "}\n"
        f"release() {{ nft delete table inet {TABLE} 2>/dev/null; }}\n"
        "me=https://127.0.0.1:2379\n"
        "status=$(ctl --endpoints=$me endpoint status -w fields) || exit 0\n"
        """id=$(printf '%s\\n' "$status" | awk '$1 == "\\"MemberID\\"" { print $3 }')\n"""
        """leader=$(printf '%s\\n' "$status" | awk '$1 == "\\"Leader\\"" { print $3 }')\n"""
        '[ -n "$id" ] && [ "$id" = "$leader" ] || exit 0\n'
        'id=$(printf %x "$id")\n'
        "ctl --endpoints=$me member list -w simple | tr -d ' ' | while IFS=, read -r other state _ _ url learner; do\n"
        '  [ "$state" = started ] && [ "$learner" = false ] && [ "$other" != "$id" ] || continue\n'
        '  ctl --endpoints="$url" endpoint health >&2 || continue\n'
        "  next=${url#*://}\n"
        '  hold "${next%:*}"\n'
        '  ctl --endpoints=$me move-leader "$other"; moved=$?\n'
        "  release\n"
        "  # What was sent meanwhile comes again, and is passed on.\n"
        '  [ "$moved" != 0 ] || { sleep 1; break; }\n'
        "done\n"
    )
