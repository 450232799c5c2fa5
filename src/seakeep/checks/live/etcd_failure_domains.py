"""etcd survives the loss of any site, as its members really are.

What: in the member list, no site holds so many voting members that the rest is no majority. Why: with three members
in two sites the loss of one ends every write. Evidence: the member list of a healthy member, and the sites of the
file. Fix: three sites or more, none with half of the members.
"""

from collections import Counter
from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.design.model import Role
from seakeep.facts import etcd

CHECK = Check(
    id="ETCD002",
    title="etcd survives the loss of any site",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="spread the members over three sites or more, none with half of them",
    references=("https://etcd.io/docs/v3.6/faq/",),
)


def judge(live: Live) -> Iterable[Note]:
    """A cluster of one site has nothing to survive."""
    if len(live.design.sites) < 2:
        return
    sites = {machine.name: machine.site for machine in live.design.machines}
    states = [state for _, state, _ in live.machines(etcd.FACT, live.design.with_role(Role.ETCD)) if state is not None]
    voters = next((state.members for state in states if state.healthy), None)
    if voters is None:
        yield unknown(live.design.name, "no member could tell who the members are")
        return
    counts = Counter(sites.get(member.name, f"nowhere ({member.name})") for member in voters if not member.learner)
    total = sum(counts.values())
    for site, count in sorted(counts.items()):
        left = total - count
        said = f"{left} of {total} members are left without {site}"
        yield good(f"site {site}", said) if left * 2 > total else wrong(f"site {site}", f"{said}: no quorum")
