"""The reference of the checks: a page for each, an index for each area, and what other tools call the same."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from seakeep.checks.base import ALL_ROLES, Check, Per, Scope
from seakeep.checks.catalog import Entry, catalog
from seakeep.core.finding import Severity
from seakeep.manifests.model import CLUSTER_SCOPED

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "unit" / "checks" / "cases"
"""What checks of objects are tested with: `<ID>.yaml`, cases by the verdict that they get."""
LONGEST_EXAMPLE = 16
"""Lines. One that takes more explains nothing."""
PEERS = ROOT / "tools" / "peers.csv"
"""Ids of other tools' checks (tool, id, why ours has none)."""

WAIVING = "../../how-to/waive-a-finding.md"
_ABOUT = {
    Scope.DESIGN: "design: the cluster's file, before anything is done",
    Scope.PREFLIGHT: "preflight: the machines, before every plan",
    Scope.MANIFEST: "manifest: Kubernetes objects, in files and, with `--live`, as the API serves them",
    Scope.FILE: "file: files that programs read, in a folder and, with `--live`, on the machines",
    Scope.LIVE: "live: a living cluster, with `--live`",
}
_OF_WHAT_IS_GIVEN = frozenset({"loading", "waivers"})
"""Areas of checks that are not about files of a kind, whatever their scope."""
_COMMANDS = {
    Scope.DESIGN: "seakeep check -f cluster.yaml --only {id}",
    Scope.PREFLIGHT: "seakeep plan -f cluster.yaml",
    Scope.MANIFEST: "seakeep check manifests/ --only {id}",
    Scope.FILE: "seakeep check configuration/ --only {id}",
    Scope.LIVE: "seakeep check --live -f cluster.yaml --only {id}",
}
_UNKNOWN = {
    Scope.DESIGN: "does not happen: all that is judged stands in the file.",
    Scope.PREFLIGHT: "a machine, or the fact of it that this rests on, could not be read.",
    Scope.MANIFEST: "what the answer rests on is not among the objects, or the object cannot be understood.",
    Scope.FILE: "what the answer rests on was not given, or the file cannot be understood.",
    Scope.LIVE: "a machine did not answer, or what the answer rests on could not be read or tried.",
}
_WHOLE = "The whole file, with every default filled in."
_AREAS = {
    "api": "API versions, and what went with them.",
    "change": "What a change of the file may do to a living cluster. They are judged before every plan.",
    "design": "The design that a cluster's file describes.",
    "files": "Files that operators write by hand: load balancers, etcd, containerd, Prometheus, Fluent Bit...",
    "images": "Images: where they come from, and whether they stay the same.",
    "live": "A living cluster, and proofs by trying.",
    "loading": "Whether what was given could be read.",
    "network": "Services, Ingresses, routes and network policies.",
    "objects": "Objects of Velero, cert-manager and Chaos Mesh.",
    "programs": "How Kubernetes' programs are started and configured.",
    "rbac": "Who may do what.",
    "schema": "Objects as their version's schema has them.",
    "status": "Objects as a living cluster reports them.",
    "waivers": "Whether waivers are in order.",
    "workload": "Pods, and what makes them.",
}


def check_pages() -> dict[str, str]:
    """Page by its path in the reference: every check's, every area's, the list of all and that of other tools."""
    by_area: dict[str, list[Entry]] = {}
    for entry in sorted(catalog(), key=lambda entry: entry.check.id):
        by_area.setdefault(area(entry), []).append(entry)
    made = {f"checks/{entry.check.id}.md": check_page(entry) for entries in by_area.values() for entry in entries}
    for name, entries in by_area.items():
        made[_area_file(name)] = preflight_page(entries) if name == "preflight" else area_page(name, entries)
    return {**made, "checks.md": list_page(by_area), "peer-checks.md": peers_page()}


def area(entry: Entry) -> str:
    """The name of the folder that the check lies in."""
    return "design" if entry.check.scope is Scope.DESIGN else entry.module.split(".")[-2]


def _area_file(name: str) -> str:
    return "preflight.md" if name == "preflight" else f"checks/{name}.md"


def check_page(entry: Entry) -> str:
    """All that a check says about itself, and what to do with what it says."""
    check, parts = entry.check, dict(entry.parts)
    lines = [f"# {check.id}: {check.title}", "", cell(entry.sentence), "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in _facts(entry)]
    lines += ["", "## What it looks at", "", _sentence(parts.get("What", _WHOLE))]
    if "Why" in parts:
        lines += ["", "## Why", "", _sentence(parts["Why"])]
    lines += ["", "## What the verdicts mean", "", *_verdicts(entry)]
    lines += _examples(check.id)
    lines += ["", "## When it fails", "", _sentence(check.remediation)]
    if "Fix" in parts and _sentence(parts["Fix"]) != _sentence(check.remediation):
        lines += ["", _sentence(parts["Fix"])]
    lines += ["", "```sh", *_commands(entry), "```"]
    lines += ["", "## Let it stand for a time", "", *_waiver(entry)]
    if check.references:
        lines += ["", "## References", "", *(f"- <{each}>" for each in check.references)]
    if check.equivalents:
        lines += ["", "## The same question in other tools", ""]
        lines += [f"{', '.join(f'`{each}`' for each in check.equivalents)} ([all](../peer-checks.md))"]
    return "\n".join(lines)


def _facts(entry: Entry) -> Iterator[tuple[str, str]]:
    check, name = entry.check, area(entry)
    link = "../preflight.md" if name == "preflight" else f"{name}.md"
    yield "severity", str(check.severity)
    yield "scope", "file: whatever is given to `check`" if name in _OF_WHAT_IS_GIVEN else _ABOUT[check.scope]
    yield "area", f"[{name}]({link})"
    if about := asked_about(check):
        yield "asked about", about
    if check.needs:
        yield "needs", f"{', '.join(f'`{each}`' for each in check.needs)} of the API"
    yield "since", check.since
    if check.scope in {Scope.MANIFEST, Scope.FILE}:
        yield "fix", "`--fix` writes what has one right answer" if check.fixable else "by hand"


def _verdicts(entry: Entry) -> Iterator[str]:
    check, parts = entry.check, dict(entry.parts)
    refuses = check.scope is Scope.PREFLIGHT
    yield f"- **pass**: {check.title}."
    if check.severity is not Severity.ERROR:
        yield f"- **fail**: it is not so. It is told, and as {_a(check.severity)} it {_STANDS[refuses]}."
    elif refuses:
        yield "- **fail**: it is not so. Nothing is changed; the exit code is 4."
    else:
        yield "- **fail**: it is not so. The exit code is 1."
    unknown = f"- **unknown**: {_UNKNOWN[check.scope]}"
    if check.scope is Scope.DESIGN:
        yield unknown
    elif refuses:
        yield f"{unknown} That is no pass{': nothing is changed' if check.severity is Severity.ERROR else ''}."
    else:
        yield f"{unknown} That is no pass: coverage falls, and the exit code is 3 unless something failed."
    if check.scope not in {Scope.DESIGN, Scope.PREFLIGHT}:
        yield "- **not applicable**: the question does not arise. It counts nowhere."
    if "Evidence" in parts:
        yield ""
        yield f"Evidence: {parts['Evidence']}"


_STANDS = {True: "refuses nothing", False: "does not change the exit code"}


def _a(severity: Severity) -> str:
    return "an information" if severity is Severity.INFO else f"a {severity}"


def _examples(id_: str) -> Iterator[str]:
    """The shortest case that says something, of each verdict."""
    file = CASES / f"{id_}.yaml"
    cases = yaml.load(file.read_text(), yaml.CSafeLoader) if file.exists() else {}
    shown = [(word, text) for word in ("fail", "pass", "unknown") if (text := _shortest(cases.get(word, ())))]
    if not shown:
        return
    yield from (
        "",
        "## Examples",
        "",
        "Pieces of a Deployment that says as little as it may, and objects beside it; each is tested.",
    )
    for word, text in shown:
        yield from ("", f"{word.capitalize()}:", "", "```yaml", *text.splitlines(), "```")


def _shortest(cases: Any) -> str:
    """'' where none is short."""
    told = [{name: part for name, part in case.items() if part and name not in {"at", "says"}} for case in cases]
    texts = [yaml.dump(case, Dumper=yaml.CSafeDumper, sort_keys=False, width=100) for case in told if case]
    short = [text for text in texts if text.count("\n") <= LONGEST_EXAMPLE]
    return min(short, key=len, default="")


def _commands(entry: Entry) -> Iterator[str]:
    check = entry.check
    yield f"seakeep explain {check.id}"
    scope = Scope.MANIFEST if area(entry) in _OF_WHAT_IS_GIVEN else check.scope
    command = _COMMANDS[scope].format(id=check.id)
    yield command
    if check.fixable:
        yield f"{command} --fix"


def _waiver(entry: Entry) -> Iterator[str]:
    check, name = entry.check, area(entry)
    if name == "waivers":
        yield "It is about waivers: put them right, or take them away."
    elif name == "change":
        yield "It cannot be waived: a living cluster does not bear it."
    elif check.scope is Scope.DESIGN:
        yield "It cannot be waived: what is built rests on it. `--skip` leaves it out of a report, not out of `plan`."
    elif check.scope is Scope.PREFLIGHT:
        yield "A failure, not what could not be told, is waived in the cluster's file:"
        yield from _yaml("preflight:", "  waive:", f"    - id: {check.id}", *_SAID)
    else:
        yield f"A failure is waived in a file that `--waivers` names ([more]({WAIVING})):"
        yield from _yaml("waivers:", f"  - id: {check.id}", f"    object: {_object(check)}", *_SAID_SHORT)
        if check.scope is Scope.MANIFEST:
            yield ""
            yield "Or on the object itself:"
            value = '"reason=why it may stand; owner=who answers for it; expires=2027-01-31"'
            yield from _yaml("metadata:", "  annotations:", f"    waive.seakeep.io/{check.id}: {value}")


_SAID_SHORT = ("    reason: why it may stand", "    owner: who answers for it", "    expires: 2027-01-31")
_SAID = tuple(f"  {line}" for line in _SAID_SHORT)


def _yaml(*lines: str) -> Iterator[str]:
    yield from ("", "```yaml", *lines, "```")


def _object(check: Check) -> str:
    """What a waiver calls a thing that the check is about."""
    kind = next((each for each in check.types if each != "*"), "Deployment")
    match check.scope, check.per:
        case Scope.MANIFEST, _:
            return f"{kind}/NAME" if kind in CLUSTER_SCOPED else f"{kind}/NAMESPACE/NAME"
        case _, Per.OBJECT:  # they have no names
            return f"{kind}/*"
        case _, Per.FILE:
            return "PATH"
    return "NAME  # of the object, file or machine, as the finding has it"


def asked_about(check: Check) -> str:
    """What a check is called for; '' where its sentence says it: the file of a cluster, the cluster itself."""
    types = ", ".join("every object" if each == "*" else f"`{each}`" for each in check.types)
    match check.per:
        case Per.FILE:
            return f"files of the form {', '.join(f'`{each}`' for each in check.forms)}"
        case Per.POD:
            return f"pods of {types or 'everything that makes pods'}"
        case Per.CONTAINER:
            roles = "" if check.roles == ALL_ROLES else f" ({', '.join(check.roles)})"
            return f"containers{roles} of {types or 'everything that makes pods'}"
        case Per.OBJECT if check.scope in {Scope.MANIFEST, Scope.FILE}:
            return types
    return ""


def area_page(name: str, entries: list[Entry]) -> str:
    """The checks of an area, with a link to each."""
    return "\n".join([f"# Checks: {name}", "", _AREAS[name], "", *_table(entries, "")])


def preflight_page(entries: list[Entry]) -> str:
    """The checks of machines that are judged before a plan."""
    lines = [
        "# Preflight checks",
        "",
        "They are judged before every plan. An error that failed, and one that could not be told, refuses the run;",
        "a waiver (`preflight.waive`: id, owner, reason, expiry) lets a failure stand until its day. What a change may",
        "do to a living cluster is judged [beside them](checks/change.md).",
        "",
    ]
    return "\n".join([*lines, *_table(entries, "checks/")])


def list_page(by_area: dict[str, list[Entry]]) -> str:
    """All checks, and the areas."""
    lines = ["# Checks", "", "`seakeep checks list` prints this list, `seakeep explain ID` one of them.", ""]
    lines += ["| area | checks | |", "|---|---|---|"]
    for name, entries in sorted(by_area.items()):
        about = _AREAS.get(name, "The machines, before every plan.")
        lines.append(f"| [{name}]({_area_file(name)}) | {len(entries)} | {about} |")
    entries = sorted((entry for each in by_area.values() for entry in each), key=lambda entry: entry.check.id)
    return "\n".join([*lines, "", f"{len(entries)} in all:", "", *_table(entries, "checks/")])


def _table(entries: list[Entry], folder: str) -> Iterator[str]:
    yield "| id | severity | what must hold | `--fix` |"
    yield "|---|---|---|---|"
    for entry in entries:
        check = entry.check
        fix = "yes" if check.fixable else ""
        yield f"| [{check.id}]({folder}{check.id}.md) | {check.severity} | {cell(check.title)} | {fix} |"


def peers() -> list[tuple[str, str, tuple[str, ...], str]]:
    """Each check of a peer: tool, id, our ids that cover it, and why it is not covered (both may be empty)."""
    ours: dict[str, list[str]] = {}
    for entry in catalog():
        for each in entry.check.equivalents:
            ours.setdefault(each, []).append(entry.check.id)
    with PEERS.open(newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    return [(tool, id_, tuple(sorted(ours.get(f"{tool}:{id_}", ()))), why) for tool, id_, why in rows]


def peers_page() -> str:
    """Every check of other tools: which of ours asks the same, or why none does."""
    rows = peers()
    lines = [
        "# Checks of other tools, and ours",
        "",
        "Made from the `equivalents` of `seakeep checks list -o json`. A check that asks a cloud provider's API has no",
        "place in a cluster on machines of one's own.",
        "",
        "| tool | checks | covered | cloud only | not covered, with a reason | open |",
        "|---|---|---|---|---|---|",
    ]
    for tool in dict.fromkeys(row[0] for row in rows):
        of_tool = [row for row in rows if row[0] == tool]
        covered = sum(bool(ours) for _, _, ours, _ in of_tool)
        cloud = sum(not ours and why.startswith("cloud") for _, _, ours, why in of_tool)
        reasoned = sum(not ours and bool(why) for _, _, ours, why in of_tool) - cloud
        open_ = len(of_tool) - covered - cloud - reasoned
        lines.append(f"| {tool} | {len(of_tool)} | {covered} | {cloud} | {reasoned} | {open_} |")
    lines += ["", "| check | ours | why not |", "|---|---|---|"]
    for tool, id_, ours, why in rows:
        links = ", ".join(f"[{each}](checks/{each}.md)" for each in ours)
        lines.append(f"| `{tool}:{id_}` | {links} | {'' if ours else cell(why)} |")
    return "\n".join(lines)


def cell(text: str) -> str:
    """On one line, and safe in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _sentence(text: str) -> str:
    """With a stop, and with a capital unless it begins with a name (`haproxy.cfg`, --flag, apiVersion, etcd)."""
    first = text.split(maxsplit=1)[0]
    if re.fullmatch(r"[a-z]+", first) and first not in _NAMES:
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


_NAMES = frozenset(
    (
        *("etcd", "etcdctl", "kubeadm", "kubectl", "containerd", "cosign", "promtool", "seakeep"),
        *("chmod", "chronyc", "journalctl", "nproc", "rm"),
        *("aescbc", "cgroup", "deletecollection", "ndots", "secretbox", "timeout"),
    )
)
