"""Configuration objects: for every check what satisfies it and what does not."""

import pytest
from tests.unit.checks.judging import ask, failures, tally

from seakeep.checks.base import Per
from seakeep.checks.programs.registry import CHECKS
from seakeep.core.verdict import Verdict
from seakeep.manifests.index import OperatorFile, Policy

BY_ID = {module.CHECK.id: module for module in CHECKS}
KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
AUTH = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n"
AUDIT = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
ENCRYPT = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n"
ADMIT = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n"
HEALTH = "anonymous: {enabled: true, conditions: [{path: /livez}, {path: /readyz}, {path: /healthz}]}\n"
SECRETS = "{level: Metadata, resources: [{group: '', resources: [secrets, serviceaccounts/token]}]}"
GOOD_AUDIT = f"""{AUDIT}rules:
  - {{level: None, users: ['system:kube-proxy'], verbs: [watch]}}
  - {SECRETS}
  - {{level: Metadata, resources: [{{group: authentication.k8s.io, resources: [tokenreviews]}}]}}
  - {{level: RequestResponse, verbs: [delete, patch]}}
  - {{level: Metadata}}
"""

CASES: dict[str, tuple[str, str]] = {
    "KUB100": (KUBELET + "authentication: {anonymous: {enabled: false}}", KUBELET),
    "KUB101": (KUBELET + "authorization: {mode: Webhook}", KUBELET + "authorization: {mode: AlwaysAllow}"),
    "KUB102": (KUBELET + "authentication: {x509: {clientCAFile: /ca}}", KUBELET),
    "KUB103": (KUBELET + "readOnlyPort: 0", KUBELET + "readOnlyPort: 10255"),
    "KUB104": (KUBELET, KUBELET + "streamingConnectionIdleTimeout: 0s"),
    "KUB105": (KUBELET, KUBELET + "makeIPTablesUtilChains: false"),
    "KUB106": (KUBELET + "eventRecordQPS: 50", KUBELET + "eventRecordQPS: 1"),
    "KUB107": (KUBELET + "serverTLSBootstrap: true", KUBELET + "tlsCertFile: /c"),
    "KUB108": (KUBELET + "rotateCertificates: true", KUBELET),
    "KUB109": (KUBELET, KUBELET + "featureGates: {RotateKubeletServerCertificate: false}"),
    "KUB110": (KUBELET, KUBELET + "tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]"),
    "KUB111": (KUBELET + "podPidsLimit: 4096", KUBELET + "podPidsLimit: -1"),
    "KUB112": (KUBELET + "seccompDefault: true", KUBELET),
    "KUB113": (KUBELET + "protectKernelDefaults: true", KUBELET + "protectKernelDefaults: false"),
    "KUB114": (KUBELET, KUBELET + "imageGCHighThresholdPercent: 80\nimageGCLowThresholdPercent: 85"),
    "KUB116": (KUBELET + "tlsMinVersion: VersionTLS13", KUBELET + "tlsMinVersion: VersionTLS11"),
    "KUB120": (
        "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n",
        "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmetricsBindAddress: 0.0.0.0:10249",
    ),
    "KUB130": (AUTH + HEALTH, AUTH.replace("/v1\n", "/v1alpha1\n") + HEALTH),
    "KUB131": (AUTH + HEALTH, AUTH + "anonymous: {enabled: true}"),
    "KUB141": (GOOD_AUDIT, GOOD_AUDIT.replace("k8s.io/v1\n", "k8s.io/v1beta1\n")),
    "KUB142": (GOOD_AUDIT, AUDIT + "rules: []"),
    "KUB143": (
        GOOD_AUDIT,
        AUDIT + "rules:\n - {level: Metadata, verbs: [delete, patch], resources: [{group: '', resources: [secrets]}]}",
    ),
    "KUB144": (GOOD_AUDIT, AUDIT + "rules: [{level: RequestResponse}]"),
    "KUB145": (GOOD_AUDIT, AUDIT + f"rules: [{SECRETS}]"),
    "KUB150": (
        ENCRYPT + "resources: [{resources: [secrets], providers: [{secretbox: {}}, {identity: {}}]}]",
        ENCRYPT + "resources: [{resources: [secrets], providers: [{identity: {}}, {secretbox: {}}]}]",
    ),
    "KUB151": (
        ENCRYPT + "resources: [{resources: [secrets], providers: [{kms: {apiVersion: v2}}]}]",
        ENCRYPT + "resources: [{resources: [secrets], providers: [{aescbc: {}}]}]",
    ),
    "KUB160": (
        ADMIT + "plugins: [{name: PodSecurity, configuration: {apiVersion: pod-security.admission.config.k8s.io/v1,"
        " defaults: {enforce: restricted}}}]",
        ADMIT + "plugins: [{name: PodSecurity, configuration: {apiVersion: pod-security.admission.config.k8s.io/v1,"
        " defaults: {enforce: privileged}}}]",
    ),
    "KUB161": (ADMIT, ADMIT.replace("apiserver.config.k8s.io/v1", "apiserver.k8s.io/v1alpha1")),
    "KUB170": (
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration",
        "apiVersion: kubeadm.k8s.io/v1beta2\nkind: InitConfiguration",
    ),
    "KUB171": (
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\ncontrolPlaneEndpoint: api.example:6443",
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration",
    ),
}


def test_every_check_of_an_object_is_tried() -> None:
    assert {id_ for id_, module in BY_ID.items() if module.CHECK.per is Per.OBJECT} <= set(CASES)


@pytest.mark.parametrize("id_", CASES)
def test_what_satisfies_and_what_does_not(id_: str) -> None:
    good, bad = CASES[id_]
    assert failures(BY_ID[id_], good) == []
    assert tally(BY_ID[id_], good).passed == 1
    assert failures(BY_ID[id_], bad) != []


def test_images_go_before_pods() -> None:
    text = KUBELET + "imageGCHighThresholdPercent: 95\nevictionHard: {imagefs.available: 15%, nodefs.available: 1Gi}"
    assert failures(BY_ID["KUB114"], text) == [
        (
            'evictionHard["imagefs.available"]: pods are evicted at 85 % use (imagefs.available),'
            " before images are cleared away at 95 %"
        )
    ]


def test_a_version_is_judged_for_the_target() -> None:
    old = AUTH.replace("/v1\n", "/v1beta1\n") + HEALTH
    assert failures(BY_ID["KUB130"], AUTH + HEALTH, policy=Policy(target=(1, 33))) != []
    assert failures(BY_ID["KUB130"], old, policy=Policy(target=(1, 33))) == []
    assert failures(BY_ID["KUB130"], old) == []


def test_an_audit_rule_with_verbs_misses_the_reading_of_secrets() -> None:
    (found,) = failures(BY_ID["KUB143"], CASES["KUB143"][1])
    assert "get secrets" in found
    assert "delete secrets" not in found


def test_a_rule_about_some_users_decides_for_nobody_else() -> None:
    text = AUDIT + "rules:\n  - {level: None, users: [a]}\n  - {level: Metadata}\n"
    assert failures(BY_ID["KUB143"], text) == []


def test_other_policies_are_no_audit_policies() -> None:
    assert tally(BY_ID["KUB142"], "apiVersion: kyverno.io/v1\nkind: Policy\n").moot == 0
    assert tally(BY_ID["KUB142"], "apiVersion: networking.k8s.io/v1\nkind: Policy\n").moot == 1


def test_rules_alone_are_no_audit_policy() -> None:
    file = OperatorFile("policy.yaml", "rules: []", {"rules": [{"level": "Metadata"}]}, form="audit-policy")
    assert BY_ID["KUB140"].judge(file, None).verdict is Verdict.FAIL


def test_a_plugins_configuration_in_another_file_could_not_be_told() -> None:
    text = ADMIT + "plugins: [{name: PodSecurity, path: pod-security.yaml}]"
    assert [each.note.verdict for each in ask(BY_ID["KUB160"], text)] == [Verdict.UNKNOWN]
    own = "apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\n"
    assert failures(BY_ID["KUB160"], text, own + "defaults: {enforce: restricted}") == []
    assert failures(BY_ID["KUB160"], text, own) == ["defaults.enforce: namespaces without labels are privileged"]


API = """
apiVersion: v1
kind: Pod
metadata: {{name: kube-apiserver}}
spec:
  containers:
    - name: a
      command: [kube-apiserver, {flags}]
      livenessProbe: {{httpGet: {{path: /livez, port: 6443, scheme: HTTPS}}}}
"""


@pytest.mark.parametrize(
    ("flags", "file", "refused"),
    [
        ("--anonymous-auth=false", "", True),
        ("--anonymous-auth=true", "", False),
        ("--authentication-config=/a", AUTH + HEALTH, False),
        ("--authentication-config=/a", AUTH + "anonymous: {enabled: true, conditions: [{path: /readyz}]}", True),
        ("--authentication-config=/a", AUTH + "anonymous: {enabled: false}", True),
    ],
)
def test_a_probe_without_a_certificate(flags: str, file: str, refused: bool) -> None:
    found = failures(BY_ID["KUB133"], API.format(flags=flags), file or "---\n")
    assert bool(found) == refused


def test_the_flag_and_the_file_exclude_each_other() -> None:
    both = API.format(flags="--anonymous-auth=true, --authentication-config=/a")
    assert failures(BY_ID["KUB132"], both, AUTH + HEALTH) != []
    assert failures(BY_ID["KUB132"], both, AUTH + "jwt: []") == []
