"""A pod does not see the node's processes.

What: hostPID is not true. Why: a pod in the node's process namespace reads the environment and files of every process
there, and ends what it likes. Evidence: the pod's field. Fix: remove hostPID; what looks at other processes goes to
the node's own monitoring.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD007",
    title="pods have their own processes",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="remove hostPID",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",),
    equivalents=(
        "kube-linter:host-pid",
        "polaris:hostPIDSet",
        "kubescape:C-0038",
        "kubescape:C-0194",
        "kubescape:C-0214",
        "kubescape:C-0275",
        "checkov:CKV_K8S_1",
        "checkov:CKV_K8S_17",
        "gatekeeper:host-namespaces",
        "kubeeye:HostPIDAllowed",
        "cis-1.12:5.2.3",
    ),
)


def judge(pod: Pod, _: Index) -> Answer:
    """The pod's field."""
    return bad("its pods share the node's processes", pod.at("hostPID")) if pod.spec.get("hostPID") is True else None
