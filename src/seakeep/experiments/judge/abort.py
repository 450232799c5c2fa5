"""When a run stops itself before its time."""

from collections.abc import Sequence

from seakeep.design.quorum import dns_hosts
from seakeep.experiments.base import Abort, Injection
from seakeep.experiments.history import AnyLine, Sample
from seakeep.experiments.judge.verdict import ENDPOINT


def reason(lines: Sequence[AnyLine], injection: Injection, limits: Abort, span: tuple[float, float]) -> str:
    """Why it has to stop now, or ''. `span` is from the injection until now.

    Outside the blast radius is every machine that was not aimed at. What is seen from those aimed at does not count.
    """
    begun, now = span
    aimed = {machine.name for machine in injection.targets}
    # Look-ups are still sent to a CoreDNS that was hit until its node is known to be lost; by chance, for long all.
    resolvers = dns_hosts(injection.design.machines)
    grace = injection.design.timings.node_monitor_grace if any(each in resolvers for each in injection.targets) else 0
    longest = max(limits.no_writes, limits.outside + grace)
    last: dict[tuple[str, str], float] = {}
    failing: set[tuple[str, str]] = set()
    for line in reversed(lines):
        if line.t < max(begun, now - longest - 5.0):
            break
        if isinstance(line, Sample) and line.via not in aimed and line.target not in aimed:
            key = line.verb, line.target
            if line.outcome == "ok":
                last[key] = max(last.get(key, begun), line.end)
            elif line.outcome != "unseen":
                failing.add(key)
    for verb, target in sorted(failing):
        silent = now - last.get((verb, target), begun)
        if target == ENDPOINT:
            if verb == "write" and silent > limits.no_writes:
                return f"no write was answered at the endpoint for {silent:.0f} s"
        elif verb != "request" and silent > limits.outside + (grace if verb == "lookup" else 0):
            # A Service may lose pods of the machines that were hit until their nodes are known to be lost.
            return f"no {verb} was answered at {target}, outside the blast radius, for {silent:.0f} s"
    return ""
