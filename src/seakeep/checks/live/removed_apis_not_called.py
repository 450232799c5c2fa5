"""Nobody calls an API that the target version removes.

What: the metric apiserver_requested_deprecated_apis of every API server, against --target; and who it was, from the
annotation k8s.io/deprecated in the last 64 MiB of each audit log. Why: objects are converted by the API server and are
fine; it is programs that break, and they are found by their calls alone. What is deprecated and not yet removed in the
target is told and not counted against. Evidence: the API, when it is removed, and each user with its program. A metric
begins with its server's start, and an audit log only has what its policy records: that nothing was seen is only as good
as they are. Fix: a newer version of the program that is named.
"""

from collections.abc import Iterable, Iterator

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, Requested, good, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.design.model import Role
from seakeep.facts import deprecated_calls
from seakeep.facts.deprecated_calls import Caller
from seakeep.versions.apis import minor_of

CHECK = Check(
    id="LIV030",
    title="nobody calls an API that the target removes",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="update the program that is named, or look for it in the audit log",
    references=("https://kubernetes.io/docs/reference/using-api/deprecation-guide/",),
)
NAMED = 5
"""Callers that are named in a message."""


def judge(live: Live) -> Iterable[Note]:
    """Each API once, whichever server was asked; a server that does not say is UNKNOWN."""
    servers: dict[Requested, list[str]] = {}
    silent = False
    for machine in live.design.with_role(Role.CONTROL_PLANE):
        found = live.requested.get(machine.name, "it was not asked")
        if isinstance(found, str):
            silent = True
            yield unknown(machine.name, f"which APIs it was asked for is not known: {found}")
            continue
        for each in found:
            servers.setdefault(each, []).append(machine.name)
    for each, machines in sorted(servers.items()):
        yield _note(live, each, machines)
    if not servers and not silent:
        yield good(live.design.name, "no API server was asked for a deprecated API since its start")


def _note(live: Live, asked: Requested, machines: list[str]) -> Note:
    callers = list(_callers(live, asked))
    who = "; ".join(callers[:NAMED]) or "no audit log says by whom"
    where = f"{', '.join(machines)}: {who}"
    if not asked.removed:
        return good(str(asked), f"deprecated, and no release removes it yet; asked for on {where}")
    if minor_of(asked.removed) > live.index.policy.target:
        return good(str(asked), f"{asked.removed} removes it, after the target; asked for on {where}")
    return wrong(str(asked), f"{asked.removed} removes it, and it was asked for on {where}", callers=callers)


def _callers(live: Live, asked: Requested) -> Iterator[str]:
    """Each user with its program, and how often, over all logs; the most frequent first. A log that could not be read
    is named."""
    times: dict[tuple[str, str], int] = {}
    for machine, found, why in live.machines(deprecated_calls.FACT, live.design.with_role(Role.CONTROL_PLANE)):
        if found is None:
            yield f"(the audit log of {machine.name} was not read: {why})"
        for each in found or ():
            if _same(each, asked):
                key = (each.user, each.agent.partition(" ")[0])
                times[key] = times.get(key, 0) + each.times
    for (user, agent), count in sorted(times.items(), key=lambda item: (-item[1], item[0])):
        yield f"{user} with {agent} ({count})"


def _same(caller: Caller, asked: Requested) -> bool:
    return (caller.group, caller.version, caller.resource) == (asked.group, asked.version, asked.resource)
