"""A pod does not reach the node's shared memory.

What: hostIPC is not true. Why: System V memory, semaphores and message queues of the node's processes are then
readable and writable. Evidence: the pod's field. Fix: remove hostIPC; containers of one pod share theirs already.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD008",
    title="pods have their own shared memory",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="remove hostIPC",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",),
    equivalents=(
        "kube-linter:host-ipc",
        "polaris:hostIPCSet",
        "kubescape:C-0038",
        "kubescape:C-0195",
        "kubescape:C-0215",
        "kubescape:C-0276",
        "checkov:CKV_K8S_3",
        "checkov:CKV_K8S_18",
        "gatekeeper:host-namespaces",
        "kubeeye:HostIPCAllowed",
        "cis-1.12:5.2.4",
    ),
)


def judge(pod: Pod, _: Index) -> Answer:
    """The pod's field."""
    return bad("its pods share the node's memory", pod.at("hostIPC")) if pod.spec.get("hostIPC") is True else None
