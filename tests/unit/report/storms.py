"""Reports of storms, for the tests of their faces and of their page."""

from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.report.storm import (
    ExperimentReport,
    ExperimentRow,
    ExperimentsReport,
    HealReport,
    HealRow,
    InjectionRow,
    LedgerTotals,
    SeriesRow,
    StormReport,
    TimelineSpan,
)


def report(verdict: Verdict = Verdict.FAIL, seconds: float = 90.0) -> StormReport:
    series = (
        SeriesRow(
            verb="write", target="endpoint", sent=500, failed=12, unseen=3, gap=4.2, detected=0.4, recovered=5.1,
            spans=(TimelineSpan(begin=10.9, end=15.1),),
        ),
        SeriesRow(
            verb="read", target="b-cp1", sent=500, failed=0, unseen=0, gap=0.2, detected=None, recovered=None
        ),
    )  # fmt: skip
    row = InjectionRow(
        experiment="machine_killed", title="Machines lose their power", word="site:b", targets=("b-cp1", "b-lb1"),
        verdict=verdict, message="no write was answered for 4.2 s, the design promises 3 s <why>",
        injected=10.0, healed=40.0, recovered=62.0, survives=True, why="etcd elects a leader",
        promised_write_gap=3.0, promised_read_gap=3.0,
        write_gap=4.2, read_gap=0.3, series=series,
    )  # fmt: skip
    finding = Finding(
        id="STORM-LEDGER", verdict=Verdict.PASS, severity=Severity.ERROR, title="ledger", message="0 lost & 0 returned"
    )
    return StormReport(
        verdict=verdict, cluster_name="<three>", run="20260101T000000Z-storm-abcd", folder="/state/runs/x", suite="",
        seed=4711, started_at="2026-01-01T00:00:00Z", seconds=seconds, injections=(row,),
        ledger=LedgerTotals(acknowledged=300, refused=2, ambiguous=7, deletes=40, keys=120), findings=(finding,),
        changes=("12.0 s: kube-scheduler from a to b",),
    )  # fmt: skip


ROW = ExperimentRow(
    id="machine_killed", title="Machines lose their power", target="one", radius="site", seconds=30, needs="power",
    steady_state="every machine is up", about="What: the power is cut.", no_writes=60, outside=15, roles=("etcd",),
)  # fmt: skip

OTHERS = (
    HealReport(cluster_name="c", rows=(HealRow(where="a", what="t_0", healed=False, reason="no answer"),)),
    ExperimentsReport(experiments=(ROW,), suites=(("smoke", 5, "A little of everything."),)),
    ExperimentReport(experiment=ROW),
)
