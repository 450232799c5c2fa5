"""An etcd cluster in memory: it tells of itself as etcdctl does, and changes its members as etcd would."""

import json
import re
from dataclasses import dataclass, field

from seakeep.design.model import Design, Machine, Role
from seakeep.design.quorum import quorum
from seakeep.facts.members import peer_url
from seakeep.transport.base import Result


@dataclass
class SimMember:
    """`serves` is false for one whose machine is gone."""

    id: int
    name: str
    url: str
    learner: bool = False
    serves: bool = True
    revision: int = 5000


@dataclass
class SimEtcd:
    """`data`: machine -> the id that the data on its disk belong to. `log` are the commands, in order."""

    members: list[SimMember]
    data: dict[str, int] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    invited: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, design: Design) -> "SimEtcd":
        machines = design.with_role(Role.ETCD)
        made = [SimMember(0xA0 + n, m.name, peer_url(m)) for n, m in enumerate(machines)]
        return cls(made, {member.name: member.id for member in made})

    def member(self, name: str) -> SimMember:
        return next(member for member in self.members if member.name == name)

    def lose(self, name: str) -> None:
        """The machine is gone, with its disk."""
        self.member(name).serves = False
        self.data.pop(name, None)

    @property
    def has_quorum(self) -> bool:
        voters = [member for member in self.members if not member.learner]
        return sum(member.serves for member in voters) >= quorum(len(voters))

    def facts(self, machine: Machine) -> dict[str, bytes]:
        """What the machine's facts print."""
        own = self.data.get(machine.name)
        head = wal_head(own) if own is not None else b""
        raw = {"etcd_data": b"yes\n" if own is not None else b"no\n", "etcd_identity": head, "etcd": b""}
        member = next((each for each in self.members if each.id == own), None)
        if member is None or not member.serves:
            return raw
        status = {
            "header": {"member_id": member.id, "revision": member.revision},
            "version": "3.6.16",
            "leader": self.members[0].id,
            "isLearner": member.learner,
        }
        listed = [
            {"ID": each.id, "name": each.name, "peerURLs": [each.url], "isLearner": each.learner}
            for each in self.members
        ]
        lines = [json.dumps([{"Status": status}]), json.dumps({"members": listed})]
        if self.has_quorum and not member.learner:
            lines.append('{"linearizable":true}')
        return {**raw, "etcd": "\n".join(lines).encode()}

    def run(self, machine: Machine, script: str) -> Result:
        """etcdctl on the machine, or what it is told to join with."""
        if "bootstrap.yaml" in script:
            return self._invite(machine, script)
        command = re.search(r"--command-timeout=30s (.*)", script)
        assert command, script
        assert self.has_quorum
        self.log.append(f"{machine.name}: {command[1]}")
        match command[1].split():
            case ["member", "remove", number]:
                self.members = [each for each in self.members if each.id != int(number, 16)]
            case ["member", "add", name, "--learner", url]:
                if any(each.learner for each in self.members):
                    return Result(1, b"", "too many learner members in cluster")
                address = url.removeprefix("--peer-urls=")
                assert name
                self.members.append(
                    SimMember(0xB0 + len(self.log), "", address, learner=True, serves=False, revision=0)
                )
            case ["member", "promote", number]:
                member = next(each for each in self.members if each.id == int(number, 16))
                if member.revision < 5000:
                    return Result(1, b"", "can only promote a learner member which is in sync with leader")
                member.learner = False
            case _:
                raise AssertionError(command[1])
        return Result(0, b"", "")

    def _invite(self, machine: Machine, script: str) -> Result:
        """Its etcd, which tries every second, starts with what it is told: exactly the members, or it ends."""
        told = re.search(r'initial-cluster: "?([^"\n]+)', script)
        assert told
        assert "initial-cluster-state: existing" in script
        pairs = {tuple(pair.split("=", 1)) for pair in told[1].split(",")}
        named = {(machine.name if each.url == peer_url(machine) else each.name, each.url) for each in self.members}
        assert pairs == named
        self.invited.add(machine.name)
        member = next(each for each in self.members if each.url == peer_url(machine))
        member.name, member.serves, member.revision = machine.name, True, 5000
        self.data[machine.name] = member.id
        return Result(0, b"", "")


def wal_head(member: int, cluster: int = 0xC1) -> bytes:
    """The head of a write-ahead log: the checksum's record, then the identity's."""
    identity = b"\x08" + _varint(member) + b"\x10" + _varint(cluster)
    record = b"\x08\x01\x10\x05\x1a" + bytes([len(identity)]) + identity
    padding = -len(record) % 8
    frame = len(record) | ((0x80 | padding) << 56 if padding else 0)
    first = bytes.fromhex("040000000000008408041000") + b"\0" * 4
    return (first + frame.to_bytes(8, "little") + record + b"\0" * padding).hex().encode()


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
