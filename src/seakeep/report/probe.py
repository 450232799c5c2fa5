"""What a probe saw of the API while something was done to the cluster."""

from seakeep.core.verdict import Verdict
from seakeep.report.document import BLANK, Cell, Document, Table, Tone, line
from seakeep.report.model import Part


class ProbeSeries(Part, frozen=True, kw_only=True):
    """One kind of request. Times are milliseconds; a latency counts from the moment at which the request was due.

    `refused` was certainly not carried out, `ambiguous` may have been, `unseen` got no answer because the probe's own
    way to the endpoint broke: it says nothing about the API.
    """

    verb: str
    connection: str
    target: str
    sent: int
    ok: int
    refused: int
    ambiguous: int
    unseen: int
    longest_gap_ms: float
    median_ms: float | None
    p99_ms: float | None
    slowest_ms: float | None


class ProbeFailure(Part, frozen=True, kw_only=True):
    """A request that did not succeed. `at` is seconds since the probe began."""

    at: float
    verb: str
    connection: str
    target: str
    outcome: str
    why: str


class ProbeSummary(Part, frozen=True, kw_only=True):
    """All requests of one probe.

    `longestGapMs` is the longest time in which no request of some kind that is sent each interval succeeded; an
    undisturbed API leaves about one interval.
    `lateMs` is how late the probe itself sent a request at the worst: a gap of that size may be its own.
    `backwards` counts reads that answered with something older than a write that had been acknowledged before.
    `reconnected` counts kept connections that had been closed when they were used again.
    """

    endpoint: str
    seconds: float
    interval_ms: float
    reads: int
    writes: int
    failed: int
    ambiguous: int
    unseen: int
    longest_gap_ms: float
    late_ms: float
    backwards: int = 0
    reconnected: int = 0
    through: tuple[str, ...] = ()
    series: tuple[ProbeSeries, ...] = ()
    failures: tuple[ProbeFailure, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """PASS only where requests were answered and none failed; UNKNOWN where some could not be seen."""
        if self.failed or self.backwards:
            return Verdict.FAIL
        if self.unseen or not self.reads or not self.writes:
            return Verdict.UNKNOWN
        return Verdict.PASS

    def sentence(self) -> str:
        """The numbers in one line."""
        said = (
            f"{self.reads} reads and {self.writes} writes through {self.endpoint} in {self.seconds:.0f} s: "
            f"{self.failed} failed, longest gap {self.longest_gap_ms:.0f} ms"
        )
        if self.unseen:
            said += f", {self.unseen} not seen (the way there broke)"
        if self.backwards:
            said += f", {self.backwards} reads went back in time"
        return said

    def document(self) -> Document:
        """The line; the first failures under it."""
        tone = {Verdict.PASS: Tone.GOOD, Verdict.FAIL: Tone.BAD}.get(self.verdict, Tone.UNKNOWN)
        rows = tuple(
            (Cell(f"{each.at:.1f} s"), Cell(f"{each.verb}, {each.connection}"), Cell(each.outcome), Cell(each.why))
            for each in self.failures
        )
        table = Table(columns=("at", "request", "outcome", "why"), rows=rows)
        return (BLANK, line(f"Probe: {self.sentence()}", tone), table)
