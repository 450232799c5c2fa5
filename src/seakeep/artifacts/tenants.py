"""Tenants: a namespace each, with what bounds it and who may work in it.

The roles are our own and not the built-in `edit` and `admin`. Those let their holders write NetworkPolicies (and so
open what the cluster closed), impersonate ServiceAccounts and ask for their tokens, reach past network policies through
the API server's proxy, and they grow with every ClusterRole that somebody labels for aggregation.

What RBAC cannot say is said otherwise: a second quota allows no pod of a system priority class, which would push other
tenants' pods out, and an admission policy refuses pods that name their node or tolerate the control plane's taint.
"""

from collections.abc import Iterator

from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.coredns import CONTROL_PLANE
from seakeep.artifacts.objects import group, kube_object, rule, waivers
from seakeep.core.json import Json, JsonObject
from seakeep.design.model import Amounts, Design, Tenant

LABEL = "seakeep.io/tenant"
ROLE = "seakeep:tenant"
QUOTA = "seakeep-quota"
NO_CRITICAL = "seakeep-no-system-priority"
LIMITS = "seakeep-limits"
POLICY = "seakeep-tenant-pods"
DENY = "seakeep-default-deny"

_RBAC = "rbac.authorization.k8s.io/v1"
_ADMISSION = "admissionregistration.k8s.io/v1"
_NETWORK = "networking.k8s.io/v1"
_READ: list[Json] = ["get", "list", "watch"]
_WRITE: list[Json] = ["create", "update", "patch", "delete"]


def render(design: Design) -> tuple[KubeObject, ...]:
    """What holds for all tenants, then everything of each."""
    if not design.tenants:
        return ()
    return (*_pods_held_back(), *(each for tenant in design.tenants for each in _tenant(tenant)))


def _tenant(tenant: Tenant) -> Iterator[KubeObject]:
    """The bounds come before the rights: nobody is in before they hold."""
    home = tenant.namespace
    levels: JsonObject = {
        f"pod-security.kubernetes.io/{mode}{suffix}": value
        for mode in ("enforce", "audit", "warn")
        for suffix, value in (
            ("", tenant.pod_security if mode == "enforce" else "restricted"),
            ("-version", "latest"),
        )
    }
    yield kube_object("v1", "Namespace", home, labels={LABEL: tenant.name, **levels})
    yield kube_object("v1", "ResourceQuota", QUOTA, namespace=home, spec={"hard": dict(tenant.quota)})
    yield _no_system_priority(home)
    yield _limits(tenant)
    yield from _policies(tenant)
    yield kube_object("v1", "ServiceAccount", "default", namespace=home, automountServiceAccountToken=False)
    yield kube_object(
        _RBAC, "Role", ROLE, namespace=home, annotations=_WAIVED[tenant.role], rules=_RULES[tenant.role](home)
    )
    yield kube_object(
        _RBAC,
        "RoleBinding",
        ROLE,
        namespace=home,
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": ROLE},
        subjects=[group(name) for name in tenant.groups],
    )


def _no_system_priority(home: str) -> KubeObject:
    classes: list[Json] = ["system-cluster-critical", "system-node-critical"]
    expression: JsonObject = {"scopeName": "PriorityClass", "operator": "In", "values": classes}
    return kube_object(
        "v1",
        "ResourceQuota",
        NO_CRITICAL,
        namespace=home,
        spec={"hard": {"pods": "0"}, "scopeSelector": {"matchExpressions": [expression]}},
    )


def _limits(tenant: Tenant) -> KubeObject:
    amounts: dict[str, Json] = {
        "default": _given(tenant.default_limit),
        "defaultRequest": _given(tenant.default_request),
    }
    if most := _given(tenant.max_limit):
        amounts["max"] = most
    return kube_object(
        "v1", "LimitRange", LIMITS, namespace=tenant.namespace, spec={"limits": [{"type": "Container", **amounts}]}
    )


def _given(amounts: Amounts) -> JsonObject:
    pairs = (("cpu", amounts.cpu), ("memory", amounts.memory))
    return {name: value for name, value in pairs if value is not None}


def _policies(tenant: Tenant) -> Iterator[KubeObject]:
    """Everything is closed, then each opening by itself: a policy can only add."""
    if not tenant.isolated:
        return

    def policy(name: str, **spec: Json) -> KubeObject:
        return kube_object(
            _NETWORK, "NetworkPolicy", name, namespace=tenant.namespace, spec={"podSelector": {}, **spec}
        )

    yield policy(DENY, policyTypes=["Ingress", "Egress"])
    dns: JsonObject = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    ports: list[Json] = [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]
    yield policy("seakeep-allow-dns", policyTypes=["Egress"], egress=[{"to": [dns], "ports": ports}])
    own: JsonObject = {"podSelector": {}}
    yield policy(
        "seakeep-allow-own",
        policyTypes=["Ingress", "Egress"],
        ingress=[{"from": [own]}],
        egress=[{"to": [own]}],
    )
    if tenant.ingress_from:
        yield policy(
            "seakeep-allow-ingress",
            policyTypes=["Ingress"],
            ingress=[{"from": [_pods_of(tenant.ingress_from)]}],
        )
    to: list[Json] = [{"ipBlock": {"cidr": str(block)}} for block in tenant.egress_to]
    if tenant.egress_to_namespaces:
        to.append(_pods_of(tenant.egress_to_namespaces))
    if to:
        yield policy("seakeep-allow-egress", policyTypes=["Egress"], egress=[{"to": to}])


def _pods_of(namespaces: tuple[str, ...]) -> JsonObject:
    expression = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": list(namespaces)}
    return {"namespaceSelector": {"matchExpressions": [expression]}}


def _pods_held_back() -> tuple[KubeObject, ...]:
    """A pod that is placed already may be changed: its finalizers have to go whatever it tolerates."""
    pods: JsonObject = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["pods"],
    }
    return (
        kube_object(
            _ADMISSION,
            "ValidatingAdmissionPolicy",
            POLICY,
            spec={
                "failurePolicy": "Fail",
                "matchConstraints": {"resourceRules": [pods]},
                "matchConditions": [
                    {
                        "name": "not-placed",
                        "expression": "request.operation == 'CREATE' || !has(oldObject.spec.nodeName)"
                        " || oldObject.spec.nodeName == ''",
                    }
                ],
                "validations": [
                    {
                        "expression": "!has(object.spec.nodeName) || object.spec.nodeName == ''",
                        "message": "a tenant's pod may not name its node: the scheduler chooses one",
                        "reason": "Forbidden",
                    },
                    {
                        "expression": "!has(object.spec.tolerations) || object.spec.tolerations.all(t,"
                        f" has(t.key) && t.key != '' && t.key != '{CONTROL_PLANE}')",
                        "message": "a tenant's pod may not tolerate the control plane's taint, nor every taint",
                        "reason": "Forbidden",
                    },
                ],
            },
        ),
        kube_object(
            _ADMISSION,
            "ValidatingAdmissionPolicyBinding",
            POLICY,
            spec={
                "policyName": POLICY,
                "validationActions": ["Deny"],
                "matchResources": {
                    "namespaceSelector": {"matchExpressions": [{"key": LABEL, "operator": "Exists"}]},
                },
            },
        ),
    )


def _view(home: str) -> list[Json]:
    """Secrets are left out: who reads those has whatever they open."""
    return [
        {"apiGroups": [""], "resources": ["namespaces"], "resourceNames": [home], "verbs": ["get"]},
        rule(
            [""],
            [
                "configmaps",
                "endpoints",
                "events",
                "limitranges",
                "persistentvolumeclaims",
                "pods",
                "pods/log",
                "pods/status",
                "resourcequotas",
                "serviceaccounts",
                "services",
            ],
            _READ,
        ),
        rule(["apps"], ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"], _READ),
        rule(["autoscaling"], ["horizontalpodautoscalers"], _READ),
        rule(["batch"], ["cronjobs", "jobs"], _READ),
        rule(["discovery.k8s.io"], ["endpointslices"], _READ),
        rule(["events.k8s.io"], ["events"], _READ),
        rule(["metrics.k8s.io"], ["pods"], ["get", "list"]),
        rule(["networking.k8s.io"], ["ingresses", "networkpolicies"], _READ),
        rule(["policy"], ["poddisruptionbudgets"], _READ),
        rule(["rbac.authorization.k8s.io"], ["rolebindings", "roles"], _READ),
    ]


def _edit(home: str) -> list[Json]:
    """Who makes pods can mount every Secret of the namespace: reading them gives nothing that was not given."""
    return [
        *_view(home),
        rule([""], ["secrets"], _READ),
        rule(
            [""],
            ["configmaps", "persistentvolumeclaims", "pods", "secrets", "serviceaccounts", "services"],
            _WRITE,
        ),
        rule([""], ["pods/attach", "pods/exec", "pods/portforward"], ["create", "get"]),
        rule([""], ["pods/eviction"], ["create"]),
        rule(["apps"], ["daemonsets", "deployments", "statefulsets"], _WRITE),
        rule(["apps"], ["deployments/scale", "statefulsets/scale"], ["get", "patch", "update"]),
        rule(["autoscaling"], ["horizontalpodautoscalers"], _WRITE),
        rule(["batch"], ["cronjobs", "jobs"], _WRITE),
        rule(["networking.k8s.io"], ["ingresses"], _WRITE),
        rule(["policy"], ["poddisruptionbudgets"], _WRITE),
    ]


def _admin(home: str) -> list[Json]:
    """The API server lets nobody grant what they do not have themselves: neither `bind` nor `escalate` is given."""
    return [
        *_edit(home),
        rule(["rbac.authorization.k8s.io"], ["rolebindings", "roles"], _WRITE),
        rule([""], ["serviceaccounts/token"], ["create"]),
        rule(["authorization.k8s.io"], ["localsubjectaccessreviews"], ["create"]),
    ]


_RULES = {"view": _view, "edit": _edit, "admin": _admin}

_WORKS = "its tenant works in this namespace, and in no other: SEC009 tries it"
_HANDS_ON = "its tenant hands on what it has itself, in this namespace: SEC012 tries it"
_EDITS = dict.fromkeys(("RBAC004", "RBAC005", "RBAC006", "RBAC007", "RBAC008", "RBAC010", "RBAC023", "RBAC026"), _WORKS)
_ADMINISTERS = _EDITS | dict.fromkeys(("RBAC012", "RBAC035"), _HANDS_ON)
_WAIVED: dict[str, JsonObject] = {"view": {}, "edit": waivers(**_EDITS), "admin": waivers(**_ADMINISTERS)}
"""What `seakeep check` says about roles that run workloads, and why it stands."""
