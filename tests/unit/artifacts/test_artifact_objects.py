import pytest

from seakeep.artifacts import coredns, flannel, kube_router, nodes, rbac
from seakeep.artifacts.registry import render_objects
from seakeep.design.model import Design


def find(objects, kind: str, name: str) -> dict:
    (found,) = [item.body for item in objects if item.kind == kind and item.name == name]
    return found


def test_bodies_agree_with_their_identity(three_sites: Design) -> None:
    seen = set()
    for item in render_objects(three_sites):
        assert item.body["apiVersion"] == item.api_version
        assert item.body["kind"] == item.kind
        assert item.body["metadata"]["name"] == item.name
        assert item.body["metadata"].get("namespace") == item.namespace
        assert "status" not in item.body
        seen.add((item.api_version, item.kind, item.namespace, item.name))
    assert len(seen) == len(render_objects(three_sites))


def test_viewers_never_read_secrets(three_sites: Design) -> None:
    role = find(rbac.render(three_sites), "ClusterRole", rbac.VIEWER_ROLE)
    for rule in role["rules"]:
        assert set(rule["verbs"]) <= {"get", "list", "watch"}
        if "" in rule.get("apiGroups", []):
            assert not {"secrets", "*", "pods/exec"} & set(rule["resources"])


def test_admins_are_bound_first(three_sites: Design) -> None:
    first = rbac.render(three_sites)[0]
    assert first.body["roleRef"]["name"] == "cluster-admin"
    assert first.body["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "seakeep:admins"}
    ]


def test_the_api_servers_user_is_the_one_of_its_certificate(three_sites: Design) -> None:
    bound = find(rbac.render(three_sites), "ClusterRoleBinding", "seakeep:apiserver-kubelet")
    leaf = three_sites.pki.leaf("cluster", "apiserver-kubelet-client-a-cp1")
    assert bound["subjects"][0]["name"] == leaf.common_name


def test_nodes_carry_range_labels_and_taints(three_sites: Design) -> None:
    objects = nodes.render(three_sites)
    assert [item.name for item in objects] == [machine.name for machine in three_sites.nodes]
    cold = find(objects, "Node", "b-worker1")
    assert cold["spec"]["podCIDR"] == str(three_sites.machine("b-worker1").pod_cidr)
    assert cold["spec"]["podCIDRs"] == [cold["spec"]["podCIDR"]]
    assert {"key": "storage", "value": "hdd", "effect": "NoSchedule"} in cold["spec"]["taints"]
    assert cold["metadata"]["labels"]["topology.kubernetes.io/zone"] == "b"
    control = find(objects, "Node", "a-cp1")
    assert control["spec"]["taints"] == [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]


def test_flannel_asks_for_no_more_than_it_needs(three_sites: Design) -> None:
    objects = flannel.render(three_sites)
    pod = find(objects, "DaemonSet", "kube-flannel")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]}
    assert container["securityContext"]["privileged"] is False
    assert pod["tolerations"] == [{"operator": "Exists"}]
    for rule in find(objects, "ClusterRole", flannel.ROLE)["rules"]:
        assert rule["resources"] in (["nodes"], ["nodes/status"])


def test_flannel_waits_for_no_service_address(three_sites: Design) -> None:
    pod = find(flannel.render(three_sites), "DaemonSet", "kube-flannel")["spec"]["template"]["spec"]
    env = {item["name"]: item.get("value") for item in pod["containers"][0]["env"]}
    assert env["KUBERNETES_SERVICE_HOST"] == str(three_sites.endpoint.host)
    assert env["KUBERNETES_SERVICE_PORT"] == str(three_sites.endpoint.port)
    assert pod["hostNetwork"] is True


def test_the_enforcer_reads_and_filters_and_does_nothing_else(tenants: Design) -> None:
    objects = kube_router.render(tenants)
    pod = find(objects, "DaemonSet", "kube-router")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]}
    assert container["securityContext"]["privileged"] is False
    assert {"--run-router=false", "--run-service-proxy=false", "--health-port=0"} <= set(container["args"])
    assert f"--service-cluster-ip-range={tenants.network.service_range}" in container["args"]
    assert pod["tolerations"] == [{"operator": "Exists"}]
    for rule in find(objects, "ClusterRole", kube_router.ROLE)["rules"]:
        assert set(rule["verbs"]) == {"get", "list", "watch"}
        assert "secrets" not in rule["resources"]


def test_clusters_without_isolated_tenants_have_no_enforcer(three_sites: Design) -> None:
    assert kube_router.render(three_sites) == ()
    assert three_sites.addons == ("coredns", "flannel")


@pytest.mark.parametrize("example", ["three_sites", "single", "stacked"])
def test_dns_survives_a_disruption(example: str, request: pytest.FixtureRequest) -> None:
    design = request.getfixturevalue(example)
    objects = coredns.render(design)
    spec = find(objects, "Deployment", "coredns")["spec"]
    assert spec["replicas"] == design.dns_replicas >= 2
    assert find(objects, "PodDisruptionBudget", "coredns")["spec"]["minAvailable"] == spec["replicas"] - 1
    assert find(objects, "Service", "kube-dns")["spec"]["clusterIP"] == str(design.network.dns_service_ip)


def test_dns_is_spread_where_there_is_a_choice(three_sites: Design, single: Design) -> None:
    def spread(design: Design) -> dict[str, str]:
        pod = find(coredns.render(design), "Deployment", "coredns")["spec"]["template"]["spec"]
        return {item["topologyKey"]: item["whenUnsatisfiable"] for item in pod["topologySpreadConstraints"]}

    assert set(spread(three_sites).values()) == {"DoNotSchedule"}
    assert set(spread(single).values()) == {"ScheduleAnyway"}


def test_dns_counts_only_nodes_it_may_use(three_sites: Design) -> None:
    assert "b-worker1" not in {machine.name for machine in coredns.hosts(three_sites)}
    assert {machine.site for machine in coredns.hosts(three_sites)} == {"a", "b", "c"}


def test_dns_runs_with_next_to_no_rights(three_sites: Design) -> None:
    pod = find(coredns.render(three_sites), "Deployment", "coredns")["spec"]["template"]["spec"]
    context = pod["containers"][0]["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["readOnlyRootFilesystem"] is True
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}


@pytest.mark.parametrize("example", ["three_sites", "single"])
def test_our_own_pods_start_on_kernels_without_seccomp(example: str, request: pytest.FixtureRequest) -> None:
    for item in render_objects(request.getfixturevalue(example)):
        assert "seccompProfile" not in str(item.body)
