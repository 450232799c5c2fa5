"""What explains a promise that is not kept."""

from pathlib import Path

import pytest

from seakeep.design.complete import complete
from seakeep.experiments.base import Injection, Observed
from seakeep.experiments.hints import membership
from seakeep.flows.storm.observers.flushes import parse
from seakeep.spec.load import load

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ("a-etcd1 a-etcd2 b-etcd1 b-etcd2 c-etcd1", ""),
        ("", ""),
        (
            "a-etcd1 a-etcd2 b-etcd1",
            (
                "etcd has 3 voting members (a-etcd1, a-etcd2, b-etcd1), the design 5: "
                "without the targets 1 are left and quorum is 2"
            ),
        ),
        ("b-etcd1 b-etcd2 c-etcd1", "etcd has 3 voting members (b-etcd1, b-etcd2, c-etcd1), the design 5"),
    ],
)
def test_other_members_than_designed(members, said) -> None:
    design = complete(load(EXAMPLES / "three-sites.yaml"))
    targets = tuple(machine for machine in design.machines if machine.site == "a")
    observed = Observed(members=tuple(members.split()))

    assert membership(Injection(design=design, targets=targets, seconds=1, token="t", observed=observed)) == said


def test_counters_of_a_member() -> None:
    text = (
        b"# TYPE etcd_server_proposals_applied_total gauge\n"
        b"etcd_server_proposals_applied_total 1.2345e+04\n"
        b"etcd_disk_wal_fsync_duration_seconds_count 987\n"
    )

    assert parse(text) == (12345, 987)
    assert parse(b"") is None
    assert parse(b"etcd_server_proposals_applied_total 5\n") is None
