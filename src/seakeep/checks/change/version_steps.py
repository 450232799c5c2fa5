"""Kubernetes goes up, one minor at a time.

What: the version is not older than the cluster's, and at most one minor newer; nor is it older than what an upgrade
that was begun has put on a control-plane machine. Why: an older API server does not understand what a newer one has
stored, and API servers that are two minors apart break what they both serve. A patch is no exception: it changes no
form of what is stored, but takes fixes back that others rely on. Evidence: the record of the last apply and of an
upgrade since, and which kube-apiserver each machine starts; a machine that does not answer may start what was begun.
Fix: go through every minor in between, and on with what was begun; to go back, restore a backup from before.
"""

from collections.abc import Iterator

from seakeep.artifacts.common import BIN
from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role
from seakeep.facts import files
from seakeep.versions.model import Version

CHECK = Check(
    id="CHG002",
    title="Kubernetes is not downgraded and skips no minor",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="name the cluster's own version or the next minor in spec.kubernetes.version",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """Compares with the version of the last whole cluster, and with what its machines start."""
    if fleet.known is None or not fleet.known.whole:
        return
    old, new = Version.parse(fleet.known.kubernetes), Version.parse(fleet.design.release.kubernetes)
    where = "spec.kubernetes.version"
    if new < old:
        yield CHECK.found(
            Verdict.FAIL, f"the cluster runs {old}, the file says {new}: that is a downgrade", where=where
        )
    elif new.major != old.major or new.minor > old.minor + 1:
        message = f"the cluster runs {old}, the file says {new}: the minors in between would be skipped"
        yield CHECK.found(Verdict.FAIL, message, where=where)
    elif newer := {name: version for name, version in _started(fleet) if version > new}:
        names, version = ", ".join(newer), max(newer.values())
        message = (
            f"an upgrade to {version} was begun and has reached {names}, the file says {new}: that is a downgrade;"
            f" name {version} and go on with it (`seakeep runs list` says who began it, and when)"
        )
        yield CHECK.found(Verdict.FAIL, message, where=where)
    elif fleet.known.upgrade and Version.parse(fleet.known.upgrade) > new and (silent := _silent(fleet)):
        begun = fleet.known.upgrade
        message = (
            f"an upgrade to {begun} was begun, the file says {new}, and {', '.join(silent)} may have got it:"
            f" what cannot be read is not taken back; name {begun} and go on with it, or take it back when all answer"
        )
        yield CHECK.found(Verdict.UNKNOWN, message, where=where)


def _silent(fleet: Fleet) -> list[str]:
    """Control-plane machines that do not say what they start."""
    machines = fleet.design.with_role(Role.CONTROL_PLANE)
    return [
        each.name for each in machines if each.name not in fleet.facts or not fleet.facts[each.name].find(files.FACT)
    ]


def _started(fleet: Fleet) -> Iterator[tuple[str, Version]]:
    """The kube-apiserver that each control-plane machine starts, at the next restart at the latest: by the link."""
    for machine in fleet.design.with_role(Role.CONTROL_PLANE):
        found = fleet.facts[machine.name].find(files.FACT) if machine.name in fleet.facts else None
        link = found.get(f"{BIN}/kube-apiserver") if found else None
        if link is None or link.kind != "link":
            continue
        try:
            yield machine.name, Version.parse(link.target.split("/")[-2])
        except (IndexError, ValueError):
            continue  # somebody else's link: drift, which the plan tells of
