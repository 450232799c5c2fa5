"""Files that operators write by hand: for every check what satisfies it and what does not; how files are recognised."""

from types import ModuleType

import pytest
import yaml
from tests.unit.phases.world import design_of

from seakeep.artifacts.registry import render_machine
from seakeep.checks.base import Note, Per
from seakeep.checks.engine import Engine
from seakeep.checks.files.forms import form_of
from seakeep.checks.files.registry import CHECKS
from seakeep.core.secret import SecretRef
from seakeep.core.verdict import Verdict
from seakeep.design.traits import Traits
from seakeep.manifests.index import Index, OperatorFile
from seakeep.manifests.read import read_text

BY_ID = {module.CHECK.id: module for module in CHECKS}

HAPROXY = """
defaults
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h
frontend api
    bind :6443
    default_backend kube-apiserver
backend kube-apiserver
    option httpchk
    http-check connect ssl
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host kube-apiserver
    http-check expect status 200
    default-server check verify required ca-file /etc/ca.crt inter 1s fall 2 rise 2 on-marked-down shutdown-sessions
    server cp1 192.0.2.11:6443
    server cp2 192.0.2.12:6443
"""
OLD_HAPROXY = """
backend kube-apiserver
    option httpchk GET /readyz
    default-server inter 1s fall 2 verify required ca-file /ca on-marked-down shutdown-sessions
    server cp1 192.0.2.11:6443 check check-ssl
"""
KEEPALIVED = """
global_defs {
    enable_script_security
    script_user keepalived_script
}
vrrp_script api {
    script "/usr/bin/curl -sf --max-time 1 --cacert /ca https://127.0.0.1:6443/readyz"
    interval 1
    fall 2
}
vrrp_instance api {
    interface eth0
    virtual_router_id 51
    track_script {
        api
    }
}
"""
FLUENT = """
[SERVICE]
    storage.path /var/lib/fluent-bit
[INPUT]
    Name tail
    threaded on
    db /var/lib/fluent-bit/a.db
    storage.type filesystem
[OUTPUT]
    Name es
    workers 2
    storage.total_limit_size 1G
"""
ETCD = (
    "listen-client-urls: https://192.0.2.11:2379\ninitial-cluster: a=https://a:2380,b=https://b:2380,c=https://c:2380\n"
)
RULES = """
groups:
  - name: a
    rules:
      - alert: PodStartSlow
        expr: histogram_quantile(0.99, sum by (le) (rate(kubelet_pod_start_sli_duration_seconds_bucket[5m]))) > 5
"""
ILM = '{"policy": {"phases": {"warm": {"actions": {"shrink": {}}}, "delete": {"min_age": "90d", "actions": {}}}}}'
ISM = '{"policy": {"ism_template": [{}], "states": [{"name": "d", "actions": [{"delete": {}}]}]}}'
CONTAINERD = (
    "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]\nSystemdCgroup = true\n"
)
CNI = '{"cniVersion": "1.0.0", "name": "net", "plugins": [{"type": "flannel"}]}'


def swap(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


CASES: dict[str, tuple[str, str, str]] = {
    # id: file's name, content that satisfies, content that does not
    "HAP001": ("haproxy.cfg", HAPROXY, swap(HAPROXY, "default-server check", "default-server")),
    "HAP002": ("haproxy.cfg", OLD_HAPROXY, swap(HAPROXY, "    http-check connect ssl\n", "")),
    "HAP003": ("haproxy.cfg", HAPROXY, swap(HAPROXY, "/readyz", "/healthz")),
    "HAP004": ("haproxy.cfg", HAPROXY, swap(HAPROXY, "expect status 200", "expect status 401")),
    "HAP005": ("haproxy.cfg", HAPROXY, swap(HAPROXY, "verify required ca-file /etc/ca.crt", "verify none")),
    "HAP006": ("haproxy.cfg", HAPROXY, swap(HAPROXY, "option httpchk\n", "option httpchk\n    option ssl-hello-chk\n")),
    "HAP007": ("haproxy.cfg", HAPROXY, swap(HAPROXY, " on-marked-down shutdown-sessions", "")),
    "HAP008": ("haproxy.cfg", HAPROXY, swap(HAPROXY, "timeout client 1h", "timeout client 35000")),
    "HAP009": ("haproxy.cfg", HAPROXY, swap(HAPROXY, "inter 1s fall 2", "inter 15s fall 2")),
    "KPA001": (
        "keepalived.conf",
        KEEPALIVED,
        swap(
            KEEPALIVED,
            "/usr/bin/curl -sf --max-time 1 --cacert /ca https://127.0.0.1:6443/readyz",
            "killall -0 haproxy",
        ),
    ),
    "KPA002": ("keepalived.conf", KEEPALIVED, swap(KEEPALIVED, "        api\n", "        other\n")),
    "KPA003": ("keepalived.conf", KEEPALIVED, swap(swap(KEEPALIVED, "interval 1", "interval 3"), "fall 2", "fall 10")),
    "KPA004": ("keepalived.conf", KEEPALIVED, swap(KEEPALIVED, " --max-time 1", "")),
    "KPA005": ("keepalived.conf", KEEPALIVED, swap(KEEPALIVED, "    enable_script_security\n", "")),
    "KPA006": ("keepalived.conf", KEEPALIVED, swap(KEEPALIVED, "virtual_router_id 51", "virtual_router_id 300")),
    "FLB001": ("fluent-bit.conf", FLUENT, swap(FLUENT, "threaded on", "workers 4")),
    "FLB002": ("fluent-bit.conf", FLUENT, swap(FLUENT, "storage.path /var/lib/fluent-bit", "flush 1")),
    "FLB003": ("fluent-bit.conf", FLUENT, swap(FLUENT, "    storage.total_limit_size 1G\n", "")),
    "FLB004": ("fluent-bit.conf", FLUENT, swap(FLUENT, "storage.type filesystem", "storage.type memory")),
    "FLB005": ("fluent-bit.conf", FLUENT, swap(FLUENT, "    db /var/lib/fluent-bit/a.db\n", "")),
    "FLB006": ("fluent-bit.conf", FLUENT, swap(FLUENT, "storage.path", "storage_path")),
    "ETF001": ("etcd.yaml", ETCD, swap(ETCD, ",c=https://c:2380", "")),
    "ETF002": ("etcd.yaml", ETCD, ETCD + "heartbeat-interval: 500\nelection-timeout: 1000\n"),
    "ETF003": ("etcd.yaml", ETCD, swap(ETCD, "https://192", "http://192")),
    "PRM001": ("rules.yaml", RULES, swap(RULES, ")))", "))")),
    "PRM002": ("rules.yaml", RULES, swap(RULES, "kubelet_pod_start_sli_duration", "apiserver_request_slo_duration")),
    "PRM003": ("rules.yaml", RULES, swap(RULES, "seconds_bucket", "seconds")),
    "PRM004": ("rules.yaml", RULES, swap(swap(RULES, "pod_start_sli_duration", "pod_worker_duration"), "> 5", "> 60")),
    "ILM001": ("ilm.json", ILM, swap(ILM, '"shrink": {}', '"allocate": {"require": {"data": "warm"}}')),
    "ILM002": (
        "ilm.json",
        ILM,
        swap(ILM, '"warm": {"actions": {"shrink": {}}}', '"hot": {"actions": {"migrate": {}}}'),
    ),
    "ILM003": ("ism.json", ISM, swap(ISM, '{"delete": {}}', "")),
    "ILM004": ("ism.json", ISM, swap(ISM, '"ism_template": [{}], ', "")),
    "CIL001": (
        "cilium-values.yaml",
        "kubeProxyReplacement: true\nk8sServiceHost: api\nk8sServicePort: 6443\n",
        "kubeProxyReplacement: strict\n",
    ),
    "CRT001": ("cert-manager-values.yaml", "crds: {enabled: true, keep: true}\n", "installCRDs: true\n"),
    "CTD001": ("config.toml", CONTAINERD, swap(CONTAINERD, "version = 3", "version = 2")),
    "CNI002": ("10-net.conflist", CNI, swap(CNI, '"type"', '"kind"')),
    "SCR001": (
        "verify.sh",
        "cosign verify --certificate-identity a@b \\\n  --certificate-oidc-issuer https://i image\n",
        "COSIGN_EXPERIMENTAL=1 cosign verify image\n",
    ),
    "SCR002": ("up.sh", "kubectl-convert -f a.yaml --output-version apps/v1\n", "kubectl convert -f a.yaml\n"),
}
WITH_OTHERS = {"HAP010", "HAP011", "CTD002", "CNI001"}
"""Those that judge files against each other."""


def load(name: str, text: str) -> Index:
    """The files and objects of a text, as a folder of one file would be read."""
    if name.endswith((".yaml", ".json", ".conflist")):
        loaded = read_text(text, f"folder/{name}")
        files = loaded.files
        manifests = loaded.manifests
    else:
        files, manifests = [OperatorFile(f"folder/{name}", text)], []
    for file in files:
        file.form = form_of(file)
    return Index(manifests, files=files)


def said(module: ModuleType, *files: tuple[str, str]) -> list[tuple[str, int, str]]:
    """(verdict, line, message) of what one check says about the files together."""
    parts = [load(*file) for file in files]
    index = Index(
        [each for part in parts for each in part.manifests],
        files=[each for part in parts for each in part.operator_files],
    )
    found = Engine([module], index).run().said
    return [
        (each.note.verdict.value, each.about.line(each.note.path) if each.about else 0, each.note.message)
        for each in found
    ]


def test_every_check_is_tried() -> None:
    assert set(BY_ID) == set(CASES) | WITH_OTHERS


@pytest.mark.parametrize("id_", CASES)
def test_what_satisfies_and_what_does_not(id_: str) -> None:
    name, good, bad = CASES[id_]
    assert said(BY_ID[id_], (name, good)) == []
    found = said(BY_ID[id_], (name, bad))
    assert found
    assert {verdict for verdict, _, _ in found} == {"FAIL"}
    assert all(1 <= line <= bad.count("\n") + 1 for _, line, _ in found)


@pytest.mark.parametrize("id_", CASES)
def test_the_file_is_recognised(id_: str) -> None:
    name, good, bad = CASES[id_]
    for text in (good, bad):
        (file,) = load(name, text).operator_files
        if BY_ID[id_].CHECK.per is Per.FILE:
            assert file.form in BY_ID[id_].CHECK.forms


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("lb.cfg", HAPROXY, "haproxy"),
        ("vip.conf", KEEPALIVED, "keepalived"),
        ("logs.conf", FLUENT, "fluent-bit"),
        ("policy.yaml", "rules: [{level: Metadata}]", "audit-policy"),
        ("values.yaml", "a: 1", ""),
        ("run", "#!/bin/sh\ntrue\n", "script"),
        ("kubelet.service", "[Service]\n", "unit"),
    ],
)
def test_forms(name: str, text: str, form: str) -> None:
    data = yaml.safe_load(text) if name.endswith(".yaml") else None
    assert form_of(OperatorFile(name, text, data)) == form


TCP_CHECK = """
backend kube-apiserver
    option tcp-check
    tcp-check send GET\\ /readyz\\r\\n
    tcp-check expect string ok
    server cp1 192.0.2.11:6443 check
"""


def test_plain_bytes_to_a_tls_port() -> None:
    found = {id_ for id_ in ("HAP002", "HAP003", "HAP004") if said(BY_ID[id_], ("haproxy.cfg", TCP_CHECK))}
    assert found == {"HAP002", "HAP004"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "only opens a connection"),
        ("    option tcp-check\n", "only opens a connection"),
        ("    option ssl-hello-chk\n", "only opens a connection"),
        ("    default-server check-ssl verify none\n", "only makes a TLS handshake"),
        ("    option httpchk\n", "asks for /, not /readyz"),
        ("    option httpchk GET /livez\n", "asks for /livez, not /readyz"),
    ],
)
def test_checks_that_do_not_ask(lines: str, message: str) -> None:
    text = f"backend kube-apiserver\n{lines}    server cp1 192.0.2.11:6443 check\n"
    assert [each[2] for each in said(BY_ID["HAP003"], ("haproxy.cfg", text))] == [f"backend kube-apiserver {message}"]


def test_options_of_an_expectation_are_not_what_is_expected() -> None:
    text = swap(HAPROXY, "expect status 200", "expect status 200 error-status L7OKC")
    assert said(BY_ID["HAP004"], ("haproxy.cfg", text)) == []


SLOWER = "vrrp_script ready {\n    script /etc/check\n    interval 1\n    fall 15\n}\n"


def test_a_slow_script_beside_a_quick_one_keeps_the_address_from_nobody() -> None:
    assert said(BY_ID["KPA003"], ("keepalived.conf", KEEPALIVED + SLOWER)) == []
    assert "ready takes 15 s" in said(BY_ID["KPA003"], ("keepalived.conf", "vrrp_instance a {\n}\n" + SLOWER))[0][2]


@pytest.mark.parametrize("machine", ["a-cp1", "a-lb1", "a-etcd1"])
def test_what_seakeep_writes_satisfies_every_check(machine: str) -> None:
    design = design_of()
    files = {
        file.path: "".join(str(part) for part in file.parts)
        for file in render_machine(design, design.machine(machine), Traits()).files
        if not any(isinstance(part, SecretRef) for part in file.parts)
    }
    parts = [load(path.rpartition("/")[2], text) for path, text in files.items()]
    seen = [each for part in parts for each in part.operator_files]
    index = Index([each for part in parts for each in part.manifests], files=seen)
    found = Engine(list(BY_ID.values()), index).run().said
    assert {each.form for each in seen} >= {"a-lb1": {"haproxy", "keepalived"}, "a-etcd1": {"etcd"}}.get(machine, set())
    assert [(each.note.verdict, each.note.message) for each in found if each.note.verdict is not Verdict.PASS] == []


def test_other_backends_are_left_alone() -> None:
    text = "backend web\n    server a 192.0.2.1:80\n"
    assert [id_ for id_ in BY_ID if said(BY_ID[id_], ("haproxy.cfg", text))] == []


AUTH = """
apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous: {enabled: true, conditions: [{path: PATH}]}
"""


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        (("auth.yaml", AUTH.replace("PATH", "/readyz")), False),
        (("auth.yaml", AUTH.replace("PATH", "/livez")), True),
        (("kube-apiserver.service", "[Service]\nExecStart=/bin/kube-apiserver --anonymous-auth=false\n"), True),
        (("kube-apiserver.service", "[Service]\nExecStart=/bin/kube-apiserver --anonymous-auth=true\n"), False),
        (("other.sh", "true\n"), False),
    ],
)
def test_the_balancers_question_against_the_api_servers_answer(other: tuple[str, str], refused: bool) -> None:
    assert bool(said(BY_ID["HAP010"], ("haproxy.cfg", HAPROXY), other)) == refused


@pytest.mark.parametrize(("delay", "late"), [("5s", False), ("2s", False), ("1s", True)])
def test_the_shutdown_delay_against_the_balancers_checks(delay: str, late: bool) -> None:
    unit = f"[Service]\nExecStart=/bin/kube-apiserver --shutdown-delay-duration={delay}\n"
    assert bool(said(BY_ID["HAP011"], ("haproxy.cfg", HAPROXY), ("kube-apiserver.service", unit))) == late


@pytest.mark.parametrize(("driver", "differs"), [("systemd", False), ("cgroupfs", True)])
def test_cgroups_of_containerd_and_kubelet(driver: str, differs: bool) -> None:
    kubelet = f"apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ncgroupDriver: {driver}\n"
    assert bool(said(BY_ID["CTD002"], ("config.toml", CONTAINERD), ("kubelet.yaml", kubelet))) == differs


def test_two_networks_in_one_folder() -> None:
    other = swap(CNI, '"net"', '"calico"')
    found = said(BY_ID["CNI001"], ("10-net.conflist", CNI), ("05-calico.conflist", other))
    assert [message for _, _, message in found] == ["05-calico.conflist (calico) wins over 10-net.conflist (net)"]
    assert said(BY_ID["CNI001"], ("10-net.conflist", CNI)) == []


def test_a_rule_that_is_still_a_template_could_not_be_told() -> None:
    text = "groups: [{rules: [{alert: A, expr: 'up == {{ .Values.x }}'}]}]"
    assert [verdict for verdict, _, _ in said(BY_ID["PRM001"], ("rules.yaml", text))] == [Verdict.UNKNOWN.value]


def test_rules_of_an_object() -> None:
    body = yaml.safe_load(CASES["PRM004"][2])
    text = yaml.safe_dump(
        {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "r"}, "spec": body}
    )
    assert [verdict for verdict, _, _ in said(BY_ID["PRM004"], ("rules.yaml", text))] == ["FAIL"]


def test_a_series_that_a_rule_makes_is_known() -> None:
    text = """
groups:
  - rules:
      - {record: latency, expr: 'sum by (le) (rate(a_bucket[5m]))'}
      - {alert: A, expr: 'histogram_quantile(0.9, latency) > 1'}
"""
    assert said(BY_ID["PRM003"], ("rules.yaml", text)) == []


@pytest.mark.parametrize("module", CHECKS, ids=lambda module: module.CHECK.id)
@pytest.mark.parametrize("text", ["", "{", "[SERVICE]", "}\n}", "backend kube\n server\n server a", "\0"])
def test_garbage_is_judged_without_breaking(module: ModuleType, text: str) -> None:
    if module.CHECK.per is Per.FILE:
        for form in module.CHECK.forms:
            for data in (None, [], {"policy": [], "groups": {}, "pipeline": 3, "rules": "x"}):
                answer = module.judge(file := OperatorFile("f", text, data, form=form), Index((), files=[file]))
                assert all(isinstance(note, Note) for note in ([answer] if isinstance(answer, Note) else answer or ()))
