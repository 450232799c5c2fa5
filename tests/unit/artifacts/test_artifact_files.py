"""What particular files say, and why it matters."""

import ast
import json
import tomllib
from pathlib import Path

import pytest
import yaml

from seakeep.artifacts import (
    api_policies,
    cni,
    containerd,
    etcd,
    haproxy,
    keepalived,
    kernel,
    kube_apiserver,
    kube_controller_manager,
    kube_proxy,
    kube_router,
    kube_scheduler,
    kubelet,
)
from seakeep.artifacts.base import MachineFiles
from seakeep.design.model import Design, Role
from seakeep.design.traits import Traits
from seakeep.formats import haproxy as formats


def content(files: MachineFiles, path: str) -> str:
    return "".join(str(part) for file in files.files if file.path == path for part in file.parts)


def first(design: Design, role: Role):
    return design.with_role(role)[0]


def test_the_api_server_reaches_every_etcd_member(three_sites: Design) -> None:
    for machine in three_sites.with_role(Role.CONTROL_PLANE):
        servers = kube_apiserver.flags(three_sites, machine)["etcd-servers"].split(",")
        assert servers == [f"https://{member.address}:2379" for member in three_sites.with_role(Role.ETCD)]


def test_anonymous_requests_reach_three_paths(three_sites: Design) -> None:
    machine = first(three_sites, Role.CONTROL_PLANE)
    assert "anonymous-auth" not in kube_apiserver.flags(three_sites, machine)
    text = content(kube_apiserver.render(three_sites, machine, Traits()), api_policies.AUTHENTICATION)
    anonymous = yaml.safe_load(text)["anonymous"]
    assert anonymous == {"enabled": True, "conditions": [{"path": p} for p in ("/livez", "/readyz", "/healthz")]}


def test_the_load_balancer_lets_go_before_the_api_server_stops(three_sites: Design) -> None:
    machine = first(three_sites, Role.CONTROL_PLANE)
    timings = three_sites.timings
    delay = int(kube_apiserver.flags(three_sites, machine)["shutdown-delay-duration"].removesuffix("s"))
    assert timings.lb_inter_ms * timings.lb_fall / 1000 <= delay
    unit = content(kube_apiserver.render(three_sites, machine, Traits()), "/etc/systemd/system/kube-apiserver.service")
    stop = next(line for line in unit.splitlines() if line.startswith("TimeoutStopSec="))
    assert int(stop.partition("=")[2]) > delay + 60


def test_a_lone_api_server_sends_nobody_away(single: Design, three_sites: Design) -> None:
    assert "goaway-chance" not in kube_apiserver.flags(single, first(single, Role.CONTROL_PLANE))
    assert "goaway-chance" in kube_apiserver.flags(three_sites, first(three_sites, Role.CONTROL_PLANE))


def test_secrets_are_encrypted_first_and_readable_in_the_clear_last(three_sites: Design) -> None:
    machine = first(three_sites, Role.CONTROL_PLANE)
    text = content(kube_apiserver.render(three_sites, machine, Traits()), api_policies.ENCRYPTION)
    (entry,) = yaml.safe_load(text)["resources"]
    assert entry["resources"] == ["secrets"]
    assert [next(iter(provider)) for provider in entry["providers"]] == ["secretbox", "identity"]
    assert entry["providers"][0]["secretbox"]["keys"][0]["secret"] == "«secrets/encryption.key»"


class TestAudit:
    """The policy, applied as an API server does: the first rule that matches."""

    @pytest.fixture
    def rules(self, three_sites: Design) -> list[dict[str, object]]:
        machine = first(three_sites, Role.CONTROL_PLANE)
        return yaml.safe_load(
            content(kube_apiserver.render(three_sites, machine, Traits()), api_policies.AUDIT_POLICY)
        )["rules"]

    def level(
        self, rules, verb: str, group: str = "", resource: str = "", *, groups=("system:authenticated",), path=""
    ) -> str:
        for rule in rules:
            if "verbs" in rule and verb not in rule["verbs"]:
                continue
            if "userGroups" in rule and not set(rule["userGroups"]) & set(groups):
                continue
            if "resources" in rule and not any(
                item["group"] == group and (not item.get("resources") or resource in item["resources"])
                for item in (rule["resources"] if resource else [])
            ):
                continue
            if "nonResourceURLs" in rule and not any(
                path == url or (url.endswith("*") and path.startswith(url[:-1]))
                for url in (rule["nonResourceURLs"] if path else [])
            ):
                continue
            return rule["level"]
        return "None"

    @pytest.mark.parametrize(
        "verb", ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
    )
    def test_everything_about_secrets_is_recorded_without_content(self, rules, verb: str) -> None:
        assert self.level(rules, verb, "", "secrets") == "Metadata"

    @pytest.mark.parametrize(
        ("group", "resource"),
        [
            ("", "pods"),
            ("", "nodes/status"),
            ("apps", "deployments"),
            ("", "events"),
            ("coordination.k8s.io", "leases"),
        ],
    )
    @pytest.mark.parametrize("verb", ["delete", "deletecollection", "patch"])
    def test_every_delete_and_patch_is_recorded(self, rules, verb: str, group: str, resource: str) -> None:
        assert self.level(rules, verb, group, resource) != "None"

    def test_getting_into_pods_is_recorded(self, rules) -> None:
        assert self.level(rules, "get", "", "pods/exec") == "Metadata"
        assert self.level(rules, "create", "", "pods/exec") == "Metadata"

    def test_noise_is_not(self, rules) -> None:
        assert self.level(rules, "update", "coordination.k8s.io", "leases") == "None"
        assert self.level(rules, "watch", "", "pods") == "None"
        assert self.level(rules, "get", path="/readyz") == "None"

    def test_strangers_are_recorded(self, rules) -> None:
        assert self.level(rules, "get", path="/api", groups=("system:unauthenticated",)) == "Metadata"
        assert self.level(rules, "get", "", "pods", groups=("system:unauthenticated",)) == "Metadata"


def test_pod_security_is_restricted_but_for_the_exempt(three_sites: Design) -> None:
    machine = first(three_sites, Role.CONTROL_PLANE)
    loaded = yaml.safe_load(content(kube_apiserver.render(three_sites, machine, Traits()), api_policies.POD_SECURITY))
    assert loaded["defaults"]["enforce"] == "restricted"
    assert "kube-system" in loaded["exemptions"]["namespaces"]
    assert "default" not in loaded["exemptions"]["namespaces"]


def test_control_planes_talk_to_themselves_and_workers_to_the_vip(three_sites: Design) -> None:
    machine = first(three_sites, Role.CONTROL_PLANE)
    conf = content(kube_controller_manager.render(three_sites, machine, Traits()), kube_controller_manager.KUBECONFIG)
    assert f"server: https://{machine.address}:6443" in conf
    worker = first(three_sites, Role.WORKER)
    conf = content(kubelet.render(three_sites, worker, Traits()), kubelet.KUBECONFIG)
    assert f"server: https://{three_sites.endpoint.vip}:{three_sites.endpoint.port}" in conf


def test_controllers_listen_to_their_own_machine_only(three_sites: Design) -> None:
    assert kube_controller_manager.flags(three_sites)["bind-address"] == "127.0.0.1"
    assert kube_scheduler.flags()["bind-address"] == "127.0.0.1"


def test_etcd_trusts_nobody_without_a_certificate(three_sites: Design) -> None:
    machine = first(three_sites, Role.ETCD)
    loaded = yaml.safe_load(content(etcd.render(three_sites, machine, Traits()), etcd.CONFIG))
    for side in ("client-transport-security", "peer-transport-security"):
        assert loaded[side]["client-cert-auth"] is True
        assert loaded[side]["trusted-ca-file"] == "/etc/etcd/pki/ca.crt"
    assert loaded["listen-metrics-urls"] == "http://127.0.0.1:2381"
    assert all(url.startswith("https://") for url in loaded["listen-client-urls"].split(","))
    assert loaded["election-timeout"] >= 10 * loaded["heartbeat-interval"]


def test_members_agree_on_the_cluster(three_sites: Design) -> None:
    configs = [
        yaml.safe_load(str(etcd.founding(three_sites, machine).parts[0]))
        for machine in three_sites.with_role(Role.ETCD)
    ]
    own = {"name", "listen-peer-urls", "listen-client-urls", "initial-advertise-peer-urls", "advertise-client-urls"}
    assert len({json.dumps({k: v for k, v in config.items() if k not in own}) for config in configs}) == 1
    assert len({config["name"] for config in configs}) == 5
    assert {config["initial-cluster-state"] for config in configs} == {"new"}


def test_a_member_that_has_data_could_found_or_join_nothing_without_them(three_sites: Design) -> None:
    for machine in three_sites.with_role(Role.ETCD):
        files = etcd.render(three_sites, machine, Traits())
        config = yaml.safe_load(content(files, etcd.CONFIG))
        assert config["initial-cluster-state"] == "existing"
        assert config["initial-cluster"] == f"{machine.name}=https://{machine.address}:2380"
        # Members come and go without a restart of those that stay.
        assert etcd.BOOTSTRAP not in files.units[0].reads
        assert etcd.BOOTSTRAP not in {file.path for file in files.files}
    joining = etcd.joining(three_sites, three_sites.machine("c-etcd1"), [("x", "https://10.0.0.1:2380")])
    config = yaml.safe_load(str(joining.parts[0]))
    assert (config["initial-cluster-state"], config["initial-cluster"]) == ("existing", "x=https://10.0.0.1:2380")


@pytest.mark.parametrize(
    ("traits", "driver", "systemd"),
    [
        (Traits(), "systemd", True),
        (Traits(nested=True), "systemd", True),
        (Traits(cgroup_version=1, nested=True), "cgroupfs", False),
    ],
)
def test_kubelet_and_containerd_agree_on_cgroups(
    three_sites: Design, traits: Traits, driver: str, systemd: bool
) -> None:
    machine = first(three_sites, Role.WORKER)
    loaded = yaml.safe_load(content(kubelet.render(three_sites, machine, traits), kubelet.CONFIG))
    assert loaded["cgroupDriver"] == driver
    assert ("failCgroupV1" in loaded) == (traits.cgroup_version == 1)
    assert loaded["protectKernelDefaults"] is not traits.nested
    plugins = tomllib.loads(content(containerd.render(three_sites, machine, traits), containerd.CONFIG))["plugins"]
    runtime = plugins["io.containerd.cri.v1.runtime"]
    assert runtime["containerd"]["runtimes"]["runc"]["options"]["SystemdCgroup"] is systemd
    assert runtime["restrict_oom_score_adj"] is traits.nested
    assert plugins["io.containerd.cri.v1.images"]["pinned_images"]["sandbox"] == three_sites.release.minor.pause_image


def test_a_kubelet_knows_its_callers(three_sites: Design) -> None:
    loaded = yaml.safe_load(
        content(kubelet.render(three_sites, first(three_sites, Role.WORKER), Traits()), kubelet.CONFIG)
    )
    assert loaded["authentication"]["anonymous"]["enabled"] is False
    assert loaded["authentication"]["webhook"]["enabled"] is True
    assert loaded["authorization"]["mode"] == "Webhook"
    assert loaded["readOnlyPort"] == 0
    assert (loaded["imageGCHighThresholdPercent"], loaded["imageGCLowThresholdPercent"]) == (85, 80)
    assert loaded["seccompDefault"] is True


@pytest.mark.parametrize("memory", [512, 1700, 2048, 4096, 16384, 262144])
@pytest.mark.parametrize("cores", [1, 2, 8, 128])
def test_reservations_leave_room_for_pods(single: Design, memory: int, cores: int) -> None:
    kube, system = kubelet.reserved(single.machines[0], Traits(cores=cores, memory_mb=memory))

    def number(value: object) -> int:
        return int(str(value).rstrip("Mim"))

    assert 0 < number(kube["memory"]) + number(system["memory"]) <= memory // 2
    assert 0 < number(kube["cpu"]) + number(system["cpu"]) < 1000 * cores // 2


def test_the_pod_network_of_a_node_is_the_designs(three_sites: Design) -> None:
    machine = first(three_sites, Role.WORKER)
    loaded = json.loads(content(cni.render(three_sites, machine, Traits()), cni.CONFIG))
    bridge = loaded["plugins"][0]
    assert bridge["ipam"]["ranges"] == [[{"subnet": str(machine.pod_cidr)}]]
    assert bridge["mtu"] == three_sites.network.mtu
    assert bridge["ipMasq"] is False
    assert bridge["isGateway"] is True


def test_a_container_leaves_the_connection_table_alone(three_sites: Design) -> None:
    machine = first(three_sites, Role.WORKER)
    nested = yaml.safe_load(content(kube_proxy.render(three_sites, machine, Traits(nested=True)), kube_proxy.CONFIG))
    assert nested["conntrack"]["maxPerCore"] == 0
    assert nested["mode"] == "nftables"
    assert "conntrack" not in yaml.safe_load(
        content(kube_proxy.render(three_sites, machine, Traits()), kube_proxy.CONFIG)
    )


def test_a_container_sets_only_what_is_its_own(three_sites: Design) -> None:
    for machine in three_sites.machines:
        assert all(key.startswith("net.") for key in kernel.sysctls(machine, Traits(nested=True)))
        assert kernel.modules(three_sites, machine, Traits(nested=True)) == ()
    balancer = first(three_sites, Role.LOAD_BALANCER)
    assert kernel.sysctls(balancer, Traits(nested=True)) == {"net.ipv4.ip_nonlocal_bind": "1"}


def test_a_node_loads_what_the_enforcers_rules_need(tenants: Design, three_sites: Design) -> None:
    (machine,) = tenants.machines
    assert set(kube_router.MODULES) <= set(kernel.modules(tenants, machine, Traits()))
    assert not set(kube_router.MODULES) & set(kernel.modules(three_sites, first(three_sites, Role.WORKER), Traits()))


def test_backends_are_checked_over_verified_tls(three_sites: Design) -> None:
    machine = first(three_sites, Role.LOAD_BALANCER)
    text = content(haproxy.render(three_sites, machine, Traits()), haproxy.CONFIG)
    assert "verify none" not in text
    assert "verify required ca-file /etc/seakeep/lb/ca.crt" in text
    assert "uri /readyz" in text
    assert "http-check expect status 200" in text
    for peer in three_sites.with_role(Role.CONTROL_PLANE):
        assert f"server {peer.name} {peer.address}:6443 verifyhost {peer.name}\n" in text
        assert peer.name in three_sites.pki.leaf("cluster", f"apiserver-{peer.name}").dns_names


def test_balancers_differ_in_order_and_share_the_rest(three_sites: Design) -> None:
    texts = [
        content(keepalived.render(three_sites, machine, Traits(interface="ens3")), keepalived.CONFIG)
        for machine in three_sites.with_role(Role.LOAD_BALANCER)
    ]
    assert "priority 200" in texts[0]
    assert "priority 199" in texts[1]
    for text in texts:
        assert f"virtual_router_id {keepalived.router_id(three_sites)}" in text
        assert "nopreempt" in text
        assert "state BACKUP" in text
        assert "interface ens3" in text
        assert f"{three_sites.endpoint.vip}/32" in text


def test_who_holds_the_vip_asks_its_own_balancer(three_sites: Design) -> None:
    machine = first(three_sites, Role.LOAD_BALANCER)
    files = keepalived.render(three_sites, machine, Traits())
    asked = content(files, keepalived.CHECK)
    conf = content(files, keepalived.CONFIG)
    answers = content(haproxy.render(three_sites, machine, Traits()), haproxy.CONFIG)
    assert f'--unix-socket {haproxy.STATE} "http://localhost/$1"' in asked
    for question in ("usable", "ready"):
        assert f'script "{keepalived.CHECK} {question}"' in conf
        assert f"return status 200 if {{ path /{question} }}" in answers


def test_a_balancer_leaves_a_silent_server_before_its_check_is_over(three_sites: Design) -> None:
    """An API server's answer about etcd comes before HAProxy takes it for dead, and both before the VIP leaves."""
    machine = first(three_sites, Role.CONTROL_PLANE)
    timings = three_sites.timings
    flags = kube_apiserver.flags(three_sites, machine)
    assert flags["etcd-readycheck-timeout"] == f"{timings.etcd_ready_ms}ms"
    assert timings.etcd_ready_ms < timings.lb_timeout_ms
    assert timings.vip_check_fall < timings.vip_ready_fall


def backends(design: Design) -> dict[str, formats.Backend]:
    text = content(haproxy.render(design, first(design, Role.LOAD_BALANCER), Traits()), haproxy.CONFIG)
    return {each.section.name: each for each in formats.api_backends(formats.parse(text))}


def test_the_last_resort_asks_everything_but_etcd_of_the_same_servers(three_sites: Design) -> None:
    found = backends(three_sites)
    assert list(found) == [haproxy.BACKEND, haproxy.LAST]
    first_choice, last = found.values()
    assert [each.address for each in first_choice.servers] == [each.address for each in last.servers]
    assert first_choice.servers[0].options == last.servers[0].options
    assert (first_choice.path, last.path) == ("/readyz", "/readyz")


def test_no_code_reads_a_clock_or_the_environment() -> None:
    for module in (api_policies, etcd, kube_apiserver, kubelet, haproxy, keepalived):
        assert module.__file__ is not None
        imported = {
            name.name.split(".")[0]
            for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
            if isinstance(node, ast.Import)
            for name in node.names
        }
        assert not imported & {"os", "time", "random", "socket", "subprocess"}
