"""Who may do what, by following bindings to roles.

Kubernetes' own roles are known by their rules where they are not among the objects. A ClusterRole that is put
together from others by labels has their rules. A binding to a role that is neither here nor known grants nothing
here: RBAC001 says that it could not be followed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import mapping, mappings, text, texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.selectors import matches

RoleKey: TypeAlias = tuple[str, str, str]
"""Kind, namespace (empty for a ClusterRole), name."""
ROLES = ("Role", "ClusterRole")
BINDINGS = ("RoleBinding", "ClusterRoleBinding")
EVERY = "*"
_EDITED = ("", "apps", "batch", "autoscaling", "networking.k8s.io", "policy")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a role. `position` is its place in the list; -1 for a rule that is not written here."""

    position: int
    verbs: frozenset[str]
    groups: frozenset[str]
    resources: frozenset[str]
    names: frozenset[str]
    urls: frozenset[str]

    def allows(self, verb: str, group: str, resource: str) -> bool:
        """Whether the rule allows it for every object, as the API server's authorizer reads rules. `resource` may
        have a subresource: `pods/exec`. A rule that names its objects does not."""
        if self.names or (verb not in self.verbs and EVERY not in self.verbs):
            return False
        if group not in self.groups and EVERY not in self.groups:
            return False
        if resource in self.resources or EVERY in self.resources:
            return True
        _, slash, subresource = resource.partition("/")
        return bool(slash) and f"*/{subresource}" in self.resources

    @property
    def everything(self) -> bool:
        """Whether it is the rule of cluster-admin."""
        return EVERY in self.verbs and EVERY in self.groups and EVERY in self.resources and not self.names


@dataclass(frozen=True, slots=True)
class Role:
    """A role with the rules that it has in the end. `manifest` is None for one that is Kubernetes' own and not here."""

    key: RoleKey
    rules: tuple[Rule, ...]
    manifest: Manifest | None = None

    @property
    def everything(self) -> bool:
        """Whether it may do everything."""
        return any(rule.everything for rule in self.rules)

    def __str__(self) -> str:
        kind, namespace, name = self.key
        return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


@dataclass(frozen=True, slots=True)
class Binding:
    """Subjects that have a role, in one namespace or, where it is empty, everywhere."""

    manifest: Manifest
    role: RoleKey
    subjects: tuple[str, ...]
    namespace: str

    def __str__(self) -> str:
        where = f"{self.manifest.namespace}/" if self.manifest.namespace else ""
        return f"{self.manifest.kind} {where}{self.manifest.name}"


class Grants:
    """Roles and bindings of an index. Subjects are `ServiceAccount namespace/name`, `User name` and `Group name`."""

    def __init__(self, index: Index) -> None:
        self.roles: dict[RoleKey, Role] = {role.key: role for role in _built_in()}
        self.bindings: list[Binding] = []
        self.by_role: dict[RoleKey, list[Binding]] = {}
        self.by_subject: dict[str, list[Binding]] = {}
        self._of: dict[int, Binding] = {}
        written = {_key(each): each for each in index.of(*ROLES)}
        for key, manifest in written.items():
            self.roles[key] = Role(key, tuple(_rules(manifest.body)), manifest)
        for key, manifest in written.items():
            selectors = [each for _, each in mappings(manifest.body, "aggregationRule", "clusterRoleSelectors")]
            if selectors:
                self.roles[key] = Role(key, tuple(self._aggregated(key, selectors)), manifest)
        for manifest in index.of(*BINDINGS):
            self._bind(manifest)

    def _aggregated(self, key: RoleKey, selectors: Sequence[JsonObject]) -> Iterator[Rule]:
        """Rules of all ClusterRoles that a selector chooses. Those that are aggregated themselves bring what is
        written in them: the controller fills them in, one after the other."""
        yield from self.roles[key].rules
        for other, role in self.roles.items():
            labels = role.manifest.labels if role.manifest is not None else {}
            if other != key and other[0] == "ClusterRole" and any(matches(each, labels) for each in selectors):
                for rule in role.rules:
                    yield Rule(-1, rule.verbs, rule.groups, rule.resources, rule.names, rule.urls)

    def _bind(self, manifest: Manifest) -> None:
        kind = text(manifest.body, "roleRef", "kind")
        cluster_wide = manifest.type == "ClusterRoleBinding"
        role = (kind, manifest.namespace if kind == "Role" else "", text(manifest.body, "roleRef", "name"))
        subjects = tuple(_subjects(manifest))
        made = Binding(manifest, role, subjects, "" if cluster_wide else manifest.namespace)
        self._of[id(manifest)] = made
        self.bindings.append(made)
        self.by_role.setdefault(role, []).append(made)
        for subject in subjects:
            self.by_subject.setdefault(subject, []).append(made)

    def binding(self, manifest: Manifest) -> Binding:
        """What a RoleBinding or ClusterRoleBinding of the index binds."""
        return self._of[id(manifest)]

    def role_of(self, manifest: Manifest) -> Role:
        """The role that a Role or ClusterRole of the index is. Of two with the same name it is the last."""
        return self.roles[_key(manifest)]

    def held_by(self, subject: str) -> Iterator[tuple[Binding, Role]]:
        """Bindings of a subject, and of the groups that every account is in, with roles that are known."""
        names = [subject]
        if subject.startswith("ServiceAccount "):
            namespace = subject.removeprefix("ServiceAccount ").partition("/")[0]
            names += ["Group system:authenticated", "Group system:serviceaccounts",
                      f"Group system:serviceaccounts:{namespace}"]  # fmt: skip
        for name in names:
            for binding in self.by_subject.get(name, ()):
                role = self.roles.get(binding.role)
                if role is not None:
                    yield binding, role


def own(manifest: Manifest) -> bool:
    """Whether it is one of Kubernetes' own roles and bindings, which every server makes and keeps."""
    return manifest.labels.get("kubernetes.io/bootstrapping") == "rbac-defaults" or manifest.name.startswith(
        ("system:", "kubeadm:")
    )


def _key(manifest: Manifest) -> RoleKey:
    return (manifest.type, manifest.namespace if manifest.type == "Role" else "", manifest.name)


def _subjects(manifest: Manifest) -> Iterator[str]:
    for _, each in mappings(manifest.body, "subjects"):
        kind, name = text(each, "kind"), text(each, "name")
        if kind == "ServiceAccount":
            yield f"ServiceAccount {text(each, 'namespace') or manifest.namespace}/{name}"
        elif kind == "User" and name.startswith("system:serviceaccount:"):
            namespace, _, account = name.removeprefix("system:serviceaccount:").partition(":")
            yield f"ServiceAccount {namespace}/{account}"
        elif kind and name:
            yield f"{kind} {name}"


def _rules(body: Json) -> Iterator[Rule]:
    for position, rule in mappings(mapping(body), "rules"):
        yield Rule(
            position,
            frozenset(texts(rule, "verbs")),
            frozenset(texts(rule, "apiGroups")),
            frozenset(texts(rule, "resources")),
            frozenset(texts(rule, "resourceNames")),
            frozenset(texts(rule, "nonResourceURLs")),
        )


def _rule(verbs: str, groups: Iterable[str], resources: str) -> Rule:
    none: frozenset[str] = frozenset()
    return Rule(-1, frozenset(verbs.split()), frozenset(groups), frozenset(resources.split()), none, none)


def _built_in() -> Iterator[Role]:
    """The roles that Kubernetes makes for people, with the rules that matter here."""
    write = "create delete deletecollection patch update"
    view = _rule(
        "get list watch", _EDITED, "configmaps endpoints events pods pods/log serviceaccounts services deployments"
    )
    edit = (
        _rule("get list watch", ("",), "secrets pods/attach pods/exec pods/portforward pods/proxy services/proxy"),
        _rule("impersonate", ("",), "serviceaccounts"),
        _rule("create", ("",), "serviceaccounts/token pods/eviction"),
        _rule(write, ("",), "pods pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy configmaps"
              " persistentvolumeclaims replicationcontrollers serviceaccounts services"),
        _rule(write, ("apps", "batch"), "daemonsets deployments replicasets statefulsets cronjobs jobs"),
        _rule(write, ("networking.k8s.io", "policy"), "ingresses networkpolicies poddisruptionbudgets"),
    )  # fmt: skip
    roles = _rule(f"{write} get list watch", ("rbac.authorization.k8s.io",), "roles rolebindings")
    yield Role(("ClusterRole", "", "cluster-admin"), (_rule("*", ("*",), "*"),))
    yield Role(("ClusterRole", "", "admin"), (view, *edit, roles))
    yield Role(("ClusterRole", "", "edit"), (view, *edit))
    yield Role(("ClusterRole", "", "view"), (view,))
