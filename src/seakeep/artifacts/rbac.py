"""Who may do what: operators' groups, API servers towards kubelets, kubelets' certificate renewal.

kube-proxy, the scheduler and the controller manager need nothing here: API servers bind their user names
(`system:kube-proxy` to `system:node-proxier`, and so on) by themselves and restore those bindings at start.
"""

from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.objects import bind_cluster, cluster_role, group, rule, user, waivers
from seakeep.design.model import Design

VIEWER_ROLE = "seakeep:viewer"


def render(design: Design) -> tuple[KubeObject, ...]:
    """The bindings; the admins' one first: everything after it can be applied by an admin."""
    del design
    return (
        bind_cluster(
            "seakeep:admins",
            "cluster-admin",
            group("seakeep:admins"),
            annotations=waivers(RBAC002="operators of the cluster; their certificates end after hours"),
        ),
        bind_cluster("seakeep:apiserver-kubelet", "system:kubelet-api-admin", user("kube-apiserver-kubelet-client")),
        bind_cluster(
            "seakeep:kubelet-client-renewal",
            "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
            group("system:nodes"),
        ),
        bind_cluster("seakeep:viewers-view", "view", group("seakeep:viewers")),
        # `view` leaves out secrets and everything without a namespace; this adds the latter, still reading only.
        cluster_role(
            VIEWER_ROLE,
            rule([""], ["nodes", "namespaces", "persistentvolumes", "componentstatuses"], ["get", "list", "watch"]),
            rule(["metrics.k8s.io"], ["nodes", "pods"], ["get", "list"]),
            rule(["storage.k8s.io"], ["*"], ["get", "list", "watch"]),
            rule(["scheduling.k8s.io"], ["priorityclasses"], ["get", "list", "watch"]),
            rule(["coordination.k8s.io"], ["leases"], ["get", "list", "watch"]),
            rule(["rbac.authorization.k8s.io"], ["*"], ["get", "list", "watch"]),
            rule(["apiextensions.k8s.io"], ["customresourcedefinitions"], ["get", "list", "watch"]),
            rule(["apiregistration.k8s.io"], ["apiservices"], ["get", "list", "watch"]),
            rule(["certificates.k8s.io"], ["certificatesigningrequests"], ["get", "list", "watch"]),
            {"nonResourceURLs": ["/livez/*", "/readyz/*", "/version", "/metrics"], "verbs": ["get"]},
        ),
        bind_cluster("seakeep:viewers", VIEWER_ROLE, group("seakeep:viewers")),
    )
