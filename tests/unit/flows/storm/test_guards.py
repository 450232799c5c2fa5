"""What a storm refuses to start with."""

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from tests.aim import aimed

from seakeep.core.errors import RefusedError, UsageError
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.complete import complete
from seakeep.design.maintenance import Window
from seakeep.design.model import Design
from seakeep.experiments import api_flood
from seakeep.experiments.base import Experiment, Radius
from seakeep.experiments.registry import EXPERIMENTS
from seakeep.flows.storm import guards
from seakeep.report.status import CertificateStatus, DnsStatus, EndpointStatus, EtcdStatus, StatusReport
from seakeep.spec.load import load

EXAMPLES = Path(__file__).parents[4] / "examples"


def design(name: str) -> Design:
    return complete(load(EXAMPLES / f"{name}.yaml"))


def test_real_machines_are_broken_only_by_who_names_their_cluster() -> None:
    real = design("ssh")

    with pytest.raises(RefusedError) as refused:
        guards.named(real, None)
    assert f"--cluster {real.name}" in refused.value.hint
    with pytest.raises(UsageError):
        guards.named(real, "another")
    guards.named(real, real.name)
    guards.named(design("three-sites"), None)


@pytest.mark.parametrize(
    ("window", "at", "inside"),
    [
        (None, "12:00", True),
        ("22:00-04:00", "23:30", True),
        ("22:00-04:00", "03:59", True),
        ("22:00-04:00", "04:00", False),
        ("22:00-04:00", "12:00", False),
        ("09:00-17:00", "12:00", True),
        ("09:00-17:00", "08:59", False),
    ],
)
def test_a_maintenance_window_may_go_over_midnight(window, at, inside) -> None:
    now = datetime.strptime(f"2026-01-01 {at}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    if inside:
        guards.window(window, now)
        return
    with pytest.raises(RefusedError, match="maintenance window"):
        guards.window(window, now)


@pytest.mark.parametrize("text", ["", "now", "22:00", "25:00-26:00", "22-23"])
def test_what_is_no_window_is_said(text) -> None:
    with pytest.raises(UsageError, match="is not a maintenance window"):
        guards.window(text, datetime(2026, 1, 1, tzinfo=UTC))


def status(verdict: Verdict) -> StatusReport:
    finding = Finding(
        id="STATUS-DNS",
        verdict=verdict,
        severity=Severity.ERROR,
        title="dns",
        where="coredns",
        message="1 of 2 replicas",
    )
    return StatusReport(
        verdict=verdict,
        cluster_name="c",
        checked_at="now",
        etcd=EtcdStatus(members=()),
        api_servers=(),
        endpoint=EndpointStatus(vip=None, holder=None, ready=None),
        nodes=(),
        dns=DnsStatus(ready=None, replicas=None, available=None),
        certificates=CertificateStatus(nearest_expiry=None, name=None, days=None),
        findings=(finding,),
    )


def test_a_healthy_cluster_may_be_broken() -> None:
    assert guards.healthy(status(Verdict.PASS), anyway=False) == ""


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.UNKNOWN])
def test_one_that_is_not_known_to_be_healthy_may_not(verdict) -> None:
    with pytest.raises(RefusedError, match="dns coredns 1 of 2 replicas"):
        guards.healthy(status(verdict), anyway=False)
    assert guards.healthy(status(verdict), anyway=True) == "dns coredns 1 of 2 replicas"


def experiment(radius: Radius, needs: str = "") -> Experiment:
    return Experiment(
        id="x",
        title="x",
        steady_state="x",
        target="one",
        radius=radius,
        seconds=1,
        needs=needs,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("declared", "machines", "allowed", "refused"),
    [
        (Radius.PROCESS, ["a-etcd1"], None, False),
        (Radius.PROCESS, ["a-etcd1", "a-etcd2"], None, True),
        (Radius.SITE, ["a-etcd1", "a-etcd2"], None, False),
        (Radius.SITE, ["a-etcd1", "b-etcd1"], None, True),
        (Radius.SITE, ["a-etcd1", "b-etcd1"], Radius.MINORITY, False),
        (Radius.SITE, ["a-etcd1", "a-etcd2"], Radius.MACHINE, True),
        (Radius.SITE, ["a-lb1", "b-lb1"], Radius.MINORITY, True),
        (Radius.SITE, ["a-lb1", "b-lb1"], Radius.CLUSTER, False),
    ],
)
def test_no_more_is_hit_than_was_declared_or_allowed(declared, machines, allowed, refused) -> None:
    three = design("three-sites")
    targets = [three.machine(name) for name in machines]
    if not refused:
        guards.within(experiment(declared), targets, three, allowed)
        return
    with pytest.raises(RefusedError) as error:
        guards.within(experiment(declared), targets, three, allowed)
    assert "--radius" in error.value.hint


@pytest.mark.parametrize("module", EXPERIMENTS, ids=lambda module: module.EXPERIMENT.id)
def test_no_experiment_is_refused_at_what_it_is_aimed_at_by_itself(module) -> None:
    three = design("three-sites")
    guards.within(module.EXPERIMENT, aimed(module, three).targets, three, None)


def test_power_of_real_machines_needs_commands() -> None:
    real, lab = design("ssh"), design("three-sites")

    guards.reachable(experiment(Radius.SITE, "power"), lab, power=False)
    guards.reachable(experiment(Radius.SITE, "power"), real, power=True)
    with pytest.raises(RefusedError, match="commands that switch real machines"):
        guards.reachable(experiment(Radius.SITE, "power"), real, power=False)
    with pytest.raises(RefusedError, match="only be done to machines of a lab"):
        guards.reachable(experiment(Radius.SITE, "lab"), real, power=True)


def test_real_machines_are_broken_in_the_files_windows_or_for_a_reason() -> None:
    window = Window(days=("sat",), begin=time(22), end=time(4), zone="UTC")
    real = replace(design("ssh"), windows=(window,))
    inside, outside = datetime(2026, 1, 3, 23, tzinfo=UTC), datetime(2026, 1, 5, 12, tzinfo=UTC)

    assert guards.maintenance(real, inside, "") == ""
    with pytest.raises(RefusedError, match="outside the maintenance windows") as refused:
        guards.maintenance(real, outside, " ")
    assert "--outside-window" in refused.value.hint
    assert guards.maintenance(real, outside, "a drill") == (
        "begun outside the maintenance windows (sat 22:00-04:00 UTC): a drill"
    )
    assert guards.maintenance(replace(real, windows=()), outside, "") == ""
    assert guards.maintenance(replace(design("three-sites"), windows=(window,)), outside, "") == ""


def test_a_flood_may_come_from_the_machine_that_everything_runs_on() -> None:
    single = design("single")
    guards.within(api_flood.EXPERIMENT, single.machines, single, None)
