"""What a rule must not give away lightly, and who has it.

A check of a power is asked about roles, and about bindings of roles that are Kubernetes' own. One role is one
finding, with everybody who has it by which binding as evidence. It is as severe as the check says where it holds in
all namespaces, and a warning where it holds in one, or where nobody among the objects has it. What may do everything
is said once, by RBAC002 and RBAC003, and not again for each power.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from seakeep.checks.base import MOOT, Answer, Note
from seakeep.checks.rbac.grants import BINDINGS, ROLES, Binding, Grants, Role, Rule, own
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Pod

ASKED = (*ROLES, *BINDINGS)
"""The types that a check of a power is asked about."""
SHOWN = 10
"""Paths that are given as evidence of one role."""


@dataclass(frozen=True, slots=True)
class Power:
    """Any of the verbs on any of the resources. `verbs` is words separated by spaces, `resources` are `group/resource`
    with an empty group for the core one: `/pods/exec`, `apps/deployments`."""

    what: str
    verbs: str
    resources: str

    def pairs(self) -> Iterator[tuple[str, str, str]]:
        """Verb, group and resource of each that gives it."""
        for each in self.resources.split():
            group, _, resource = each.partition("/")
            for verb in self.verbs.split():
                yield verb, group, resource

    def given_by(self, rule: Rule) -> tuple[str, str] | None:
        """The first verb and resource by which the rule gives it."""
        for verb, group, resource in self.pairs():
            if rule.allows(verb, group, resource):
                return verb, resource
        return None


def power_answer(manifest: Manifest, index: Index, *powers: Power) -> Answer:
    """Whether a role, or a binding of one that is Kubernetes' own, gives away one of the powers."""
    if own(manifest):
        return MOOT
    grants = index.once(Grants)
    if manifest.type in ROLES:
        role = grants.role_of(manifest)
        bindings = grants.by_role.get(role.key, [])
    else:
        binding = grants.binding(manifest)
        found = grants.roles.get(binding.role)
        if found is None or found.manifest is not None:
            return MOOT
        role, bindings = found, [binding]
    if role.everything:
        return MOOT
    return _note(role, bindings, index, powers)


def _note(role: Role, bindings: list[Binding], index: Index, powers: tuple[Power, ...]) -> Note | None:
    for power in powers:
        for rule in role.rules:
            by = power.given_by(rule)
            if by is not None:
                ways = [way for binding in bindings for way in paths(binding, rule, index)]
                everywhere = any(not binding.namespace for binding in bindings)
                where = _reach(bindings)
                return Note(
                    message=f"it lets {_who(bindings)} {power.what} {where} ({by[0]} {by[1]})",
                    path=("rules", rule.position) if rule.position >= 0 and role.manifest else ("roleRef",),
                    severity=None if everywhere else Severity.WARNING,
                    evidence={"paths": [" -> ".join(way) for way in ways[:SHOWN]], "verb": by[0], "resource": by[1]},
                    verdict=Verdict.FAIL,
                )
    return None


def paths(binding: Binding, rule: Rule, index: Index) -> Iterator[tuple[str, ...]]:
    """Who has it, and by which way: workload, subject, binding, role, rule."""
    running = index.once(Running).by_account
    kind, namespace, name = binding.role
    last = f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"
    if rule.position >= 0:
        last += f" rules[{rule.position}]"
    for subject in binding.subjects:
        workloads = running.get(subject, ())
        for workload in workloads[:2]:
            yield workload, subject, str(binding), last
        if not workloads:
            yield subject, str(binding), last


class Running:
    """Workloads by the account that their pods run as, with a token."""

    def __init__(self, index: Index) -> None:
        self.by_account: dict[str, list[str]] = {}
        for pod in index.pods:
            manifest = pod.manifest
            self.by_account.setdefault(account(pod), []).append(f"{manifest.kind} {manifest.namespace}/{manifest.name}")


def account(pod: Pod) -> str:
    """The subject that a pod's processes are towards the API."""
    given = pod.spec.get("serviceAccountName") or pod.spec.get("serviceAccount")
    return f"ServiceAccount {pod.namespace}/{given if isinstance(given, str) else 'default'}"


def _who(bindings: list[Binding]) -> str:
    subjects = sorted({subject for binding in bindings for subject in binding.subjects})
    if not subjects:
        return "whoever it is bound to"
    return subjects[0] if len(subjects) == 1 else f"{subjects[0]} and {len(subjects) - 1} more"


def _reach(bindings: list[Binding]) -> str:
    if not bindings:
        return "where it is bound"
    namespaces = sorted({binding.namespace for binding in bindings})
    if not namespaces[0]:
        return "in every namespace"
    return f"in {', '.join(namespaces[:3])}"
