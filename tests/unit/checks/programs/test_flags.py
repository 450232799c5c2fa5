"""Command lines: for every check of a flag what satisfies it and what does not, wherever the command is written."""

import json
from types import ModuleType

import pytest
from tests.unit.checks.judging import failures, tally

from seakeep.checks.base import Per
from seakeep.checks.programs import etcd as etcd_settings
from seakeep.checks.programs.registry import CHECKS
from seakeep.formats.flags import program_of
from seakeep.manifests.index import Index, OperatorFile

BY_ID = {module.CHECK.id: module for module in CHECKS}

FLAGS: dict[str, tuple[str, str, str]] = {
    # id: program, flags that satisfy, flags that do not
    "KUB001": ("kube-apiserver", "", "--token-auth-file=/t"),
    "KUB002": ("kube-apiserver", "", "--basic-auth-file=/t"),
    "KUB003": ("kube-apiserver", "--insecure-port=0", "--insecure-port=8080"),
    "KUB004": ("kube-apiserver", "", "--insecure-bind-address=0.0.0.0"),
    "KUB005": ("kube-apiserver", "--secure-port=6443", "--secure-port=0"),
    "KUB006": ("kube-apiserver", "--kubelet-https=true", "--kubelet-https=false"),
    "KUB007": ("kube-apiserver", "--kubelet-client-certificate=a --kubelet-client-key=b", "--kubelet-client-key=b"),
    "KUB008": ("kube-apiserver", "--kubelet-certificate-authority=/ca", ""),
    "KUB009": ("kube-apiserver", "--authorization-mode=Node,RBAC", "--authorization-mode=RBAC,AlwaysAllow"),
    "KUB010": ("kube-apiserver", "--authorization-config=/a", "--authorization-mode=RBAC"),
    "KUB011": ("kube-apiserver", "--authorization-mode=Node,RBAC", "--authorization-mode=Node,ABAC"),
    "KUB012": ("kube-apiserver", "--enable-admission-plugins=EventRateLimit", ""),
    "KUB013": ("kube-apiserver", "", "--enable-admission-plugins=AlwaysAdmit"),
    "KUB014": ("kube-apiserver", "--enable-admission-plugins=AlwaysPullImages", ""),
    "KUB015": ("kube-apiserver", "", "--disable-admission-plugins=ServiceAccount"),
    "KUB016": ("kube-apiserver", "", "--disable-admission-plugins=NamespaceLifecycle"),
    "KUB017": ("kube-apiserver", "--enable-admission-plugins=NodeRestriction", "--enable-admission-plugins=Other"),
    "KUB018": ("kube-apiserver", "", "--enable-admission-plugins=PodSecurityPolicy"),
    "KUB019": ("kube-apiserver", "--profiling=false", ""),
    "KUB020": ("kube-apiserver", "--audit-webhook-config-file=/w", ""),
    "KUB021": ("kube-apiserver", "--audit-policy-file=/p", ""),
    "KUB022": ("kube-apiserver", "--audit-log-maxage=30", "--audit-log-maxage=29"),
    "KUB023": ("kube-apiserver", "--audit-log-maxbackup=10", "--audit-log-maxbackup=many"),
    "KUB024": ("kube-apiserver", "--audit-log-maxsize=100", ""),
    "KUB025": ("kube-apiserver", "--request-timeout=1m30s", "--request-timeout=1h"),
    "KUB026": ("kube-apiserver", "", "--service-account-lookup=false"),
    "KUB027": ("kube-apiserver", "--service-account-key-file=/k", ""),
    "KUB028": ("kube-apiserver", "--service-account-extend-token-expiration=false", ""),
    "KUB029": ("kube-apiserver", "--etcd-certfile=a --etcd-keyfile=b", "--etcd-certfile=a"),
    "KUB030": ("kube-apiserver", "--etcd-cafile=a", ""),
    "KUB031": ("kube-apiserver", "--tls-cert-file a --tls-private-key-file b", ""),
    "KUB032": ("kube-apiserver", "--client-ca-file=a", ""),
    "KUB033": ("kube-apiserver", "--encryption-provider-config=a", ""),
    "KUB034": (
        "kube-apiserver",
        "--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "--tls-cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256",
    ),
    "KUB035": ("kube-apiserver", "", "--tls-min-version=VersionTLS10"),
    "KUB036": ("kube-apiserver", "--enable-admission-plugins=DenyServiceExternalIPs", ""),
    "KUB037": ("kube-apiserver", "--shutdown-delay-duration=5s", "--shutdown-delay-duration=0s"),
    "KUB038": ("kube-apiserver", "--enable-admission-plugins=ImagePolicyWebhook", ""),
    "KUB050": ("kube-controller-manager", "", "--terminated-pod-gc-threshold=0"),
    "KUB051": ("kube-controller-manager", "--profiling=false", "--profiling"),
    "KUB052": ("kube-controller-manager", "--use-service-account-credentials", ""),
    "KUB053": ("kube-controller-manager", "--service-account-private-key-file=a", ""),
    "KUB054": ("kube-controller-manager", "--root-ca-file=a", ""),
    "KUB055": ("kube-controller-manager", "--bind-address=127.0.0.1", ""),
    "KUB056": ("kube-controller-manager", "", "--feature-gates=A=true,RotateKubeletServerCertificate=false"),
    "KUB060": ("kube-scheduler", "--config=/c", ""),
    "KUB061": ("kube-scheduler", "--bind-address=::1", "--bind-address=0.0.0.0"),
    "KUB070": ("etcd", "--cert-file=a --key-file=b", "--cert-file=a"),
    "KUB071": ("etcd", "--client-cert-auth", "--client-cert-auth=false"),
    "KUB072": ("etcd", "", "--auto-tls=true"),
    "KUB073": ("etcd", "--peer-cert-file=a --peer-key-file=b", ""),
    "KUB074": ("etcd", "--peer-client-cert-auth=true", ""),
    "KUB075": ("etcd", "", "--peer-auto-tls"),
    "KUB115": ("kubelet", "", "--hostname-override=other"),
    "KUB131": ("kube-apiserver", "--anonymous-auth=false", "--anonymous-auth=true"),
}


def pod(program: str, flags: str) -> str:
    command = json.dumps([f"/usr/local/bin/{program}", *flags.split()])
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: {program}, namespace: kube-system}}
spec:
  containers:
    - name: main
      command: {command}
"""


def asked(module: ModuleType, file: OperatorFile) -> list[str]:
    answer = module.judge(Index((), files=[file]))
    return [note.message for note in answer if note.verdict != "NOT_APPLICABLE"]


def test_every_check_of_a_flag_is_tried() -> None:
    by_flag = {id_ for id_, module in BY_ID.items() if module.CHECK.per is Per.INDEX}
    assert by_flag - set(FLAGS) == {"KUB132"}  # which needs a flag and a file


@pytest.mark.parametrize("id_", FLAGS)
def test_in_a_pod(id_: str) -> None:
    program, good, bad = FLAGS[id_]
    assert failures(BY_ID[id_], pod(program, good)) == []
    assert tally(BY_ID[id_], pod(program, good)).passed == 1
    assert failures(BY_ID[id_], pod(program, bad)) != []


@pytest.mark.parametrize("id_", FLAGS)
def test_without_such_a_program_the_question_does_not_arise(id_: str) -> None:
    assert tally(BY_ID[id_], pod("other", "--x")).moot == 1


@pytest.mark.parametrize("id_", FLAGS)
@pytest.mark.parametrize("form", ["unit", "command"])
def test_in_a_unit_and_of_a_process(id_: str, form: str) -> None:
    program, good, bad = FLAGS[id_]
    start = "[Service]\nExecStart=" if form == "unit" else ""
    good_file, bad_file = (
        OperatorFile(
            "k", f"{start}/opt/{program} \\\n {flags}\n" if form == "unit" else f"/opt/{program} {flags}", form=form
        )
        for flags in (good, bad)
    )
    assert asked(BY_ID[id_], good_file) == []
    assert asked(BY_ID[id_], bad_file) != []


KUBEADM = """
apiVersion: kubeadm.k8s.io/{version}
kind: ClusterConfiguration
apiServer:
  extraArgs: {arguments}
"""


@pytest.mark.parametrize(
    ("version", "arguments", "path"),
    [
        ("v1beta3", '{{"profiling": "true"}}', "apiServer.extraArgs.profiling"),
        ("v1beta4", '[{{"name": "profiling", "value": "true"}}]', "apiServer.extraArgs[0]"),
    ],
)
def test_in_kubeadms_arguments(version: str, arguments: str, path: str) -> None:
    text = KUBEADM.format(version=version, arguments=arguments.replace("{{", "{").replace("}}", "}"))
    assert failures(BY_ID["KUB019"], text) == [f"{path}: kube-apiserver: --profiling is true, wanted false"]


def test_what_kubeadm_sets_by_itself_is_not_missed() -> None:
    text = KUBEADM.format(version="v1beta4", arguments='[{"name": "profiling", "value": "false"}]')
    assert failures(BY_ID["KUB032"], text) == []
    assert tally(BY_ID["KUB032"], text).moot == 1


def test_the_line_of_a_flag_is_that_of_its_word() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      command:\n"
    text += "        - kube-apiserver\n        - --profiling=true\n"
    assert failures(BY_ID["KUB019"], text) == [
        "spec.containers[0].command[1]: kube-apiserver: --profiling is true, wanted false"
    ]


def test_etcds_file_counts_instead_of_its_flags() -> None:
    data = {"client-transport-security": {"client-cert-auth": True, "cert-file": "a", "key-file": "b"}}
    file = OperatorFile("etcd.yaml", "", data, line=lambda _: 3, form="etcd")
    by_flags = OperatorFile("p", "/opt/etcd --config-file=/etc/etcd.yaml", form="command")
    index = Index((), files=[file, by_flags])
    assert [each.file for each in index.once(etcd_settings.settings)] == [file]
    assert BY_ID["KUB071"].judge(index) == []
    assert [note.message for note in BY_ID["KUB073"].judge(index)] == [
        "etcd: --peer-cert-file is not set",
        "etcd: --peer-key-file is not set",
    ]


def test_programs_are_told_by_their_name() -> None:
    assert program_of("/opt/seakeep/bin/kube-proxy") == "kube-proxy"
    assert program_of("kubelet-wrapper") == ""
