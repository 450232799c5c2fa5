"""Ways from a subject to the whole cluster, over accounts that it can become.

A subject becomes an account of a namespace when it can start pods there, run commands in them, ask for tokens, read
Secrets (where long-lived tokens lie) or impersonate. An account has the whole cluster when a binding for all
namespaces gives it one of the powers that lead to it. The search goes from account to account, shortest way first.
"""

from collections import deque
from collections.abc import Iterator

from seakeep.checks.rbac.grants import Binding, Grants, Role, Rule
from seakeep.checks.rbac.powers import Power
from seakeep.manifests.index import Index

RBAC = "rbac.authorization.k8s.io"
BECOME = (
    Power("start pods", "create", "/pods apps/deployments apps/daemonsets apps/statefulsets batch/jobs batch/cronjobs"),
    Power(
        "change what makes pods", "update patch", "apps/deployments apps/daemonsets apps/statefulsets batch/cronjobs"
    ),
    Power("run commands in pods", "create get", "/pods/exec /pods/attach"),
    Power("add containers to pods", "update patch", "/pods/ephemeralcontainers"),
    Power("have tokens of accounts", "create", "/serviceaccounts/token"),
    Power("read Secrets", "get list watch", "/secrets"),
    Power("impersonate accounts", "impersonate", "/serviceaccounts"),
)
"""Powers in a namespace that make their holder any account of it."""
TAKE_OVER = (
    *BECOME,
    Power("bind any role", "bind", f"{RBAC}/clusterroles"),
    Power("write any role", "escalate", f"{RBAC}/clusterroles"),
    Power("be anybody", "impersonate", "/users /groups"),
    Power("reach every kubelet", "get create", "/nodes/proxy"),
    Power("change admission", "create update patch", "admissionregistration.k8s.io/mutatingwebhookconfigurations"),
    Power("create volumes of nodes", "create", "/persistentvolumes"),
)
"""Powers in all namespaces that lead to everything."""


class Ways:
    """What each subject can reach, worked out once."""

    def __init__(self, index: Index) -> None:
        self.grants = index.once(Grants)
        self._accounts: dict[str, list[str]] = {}
        names = {f"ServiceAccount {each.namespace}/{each.name}" for each in index.of("ServiceAccount")}
        for name in sorted(names | {each for each in self.grants.by_subject if each.startswith("ServiceAccount ")}):
            namespace = name.removeprefix("ServiceAccount ").partition("/")[0]
            self._accounts.setdefault(namespace, []).append(name)
        self._whole: dict[str, tuple[str, ...] | None] = {}

    def whole_cluster(self, subject: str) -> tuple[str, ...] | None:
        """The binding, the role and the power by which a subject has the cluster itself."""
        if subject not in self._whole:
            self._whole[subject] = next(self._direct(subject), None)
        return self._whole[subject]

    def _direct(self, subject: str) -> Iterator[tuple[str, ...]]:
        for binding, role in self.grants.held_by(subject):
            if binding.namespace:
                continue
            if role.everything:
                yield str(binding), str(role), "everything"
            for rule, power in _given(role, TAKE_OVER):
                yield str(binding), _place(role, rule), power.what
                break

    def steps(self, subject: str) -> Iterator[tuple[str, tuple[str, ...], Binding]]:
        """Accounts that a subject can become, with how."""
        for binding, role in self.grants.held_by(subject):
            if not binding.namespace:
                continue
            for rule, power in _given(role, BECOME):
                for account in self._accounts.get(binding.namespace, ()):
                    if account != subject:
                        yield account, (str(binding), _place(role, rule), power.what), binding
                break

    def escalation(self, subject: str) -> tuple[tuple[str, ...], Binding] | None:
        """The shortest way over other accounts to the whole cluster, and the binding that it begins with. None
        where there is no way, or where the subject has the cluster without one."""
        if self.whole_cluster(subject) is not None:
            return None
        seen = {subject}
        queue: deque[tuple[str, tuple[str, ...], Binding | None]] = deque([(subject, (subject,), None)])
        while queue:
            here, way, first = queue.popleft()
            for account, how, binding in self.steps(here):
                if account in seen:
                    continue
                seen.add(account)
                walked = (*way, *how, account)
                start = first or binding
                direct = self.whole_cluster(account)
                if direct is not None:
                    return (*walked, *direct), start
                queue.append((account, walked, start))
        return None


def _given(role: Role, powers: tuple[Power, ...]) -> Iterator[tuple[Rule, Power]]:
    for rule in role.rules:
        for power in powers:
            if power.given_by(rule) is not None:
                yield rule, power


def _place(role: Role, rule: Rule) -> str:
    return f"{role} rules[{rule.position}]" if rule.position >= 0 else str(role)
