"""A container gives up the rights of root that it does not use.

What: capabilities.drop holds ALL, on every container; capabilities have no default at the level of the pod. Why:
runtimes leave some fourteen to every container that runs as root, among them NET_RAW, with which it answers for its
neighbours, and SETUID. Evidence: the container's list. Fix: drop ALL, and add back what is needed; a server on a port
below 1024 adds NET_BIND_SERVICE.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.workload.views import windows
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing, texts
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD014",
    title="all capabilities are dropped",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="set securityContext.capabilities.drop: [ALL]",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",),
    equivalents=(
        "kube-linter:drop-net-raw-capability",
        "polaris:insecureCapabilities",
        "polaris:linuxHardening",
        "kubescape:C-0055",
        "kubescape:C-0199",
        "kubescape:C-0201",
        "kubescape:C-0220",
        "checkov:CKV_K8S_7",
        "checkov:CKV_K8S_28",
        "checkov:CKV_K8S_36",
        "checkov:CKV_K8S_37",
        "gatekeeper:capabilities",
        "kubeeye:InsecureCapabilities",
        "cis-1.12:5.2.8",
        "cis-1.12:5.2.9",
        "kubescape:C-0211",
        "checkov:CKV_K8S_30",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """`ALL` in either case: runtimes take both."""
    dropped = listing(container.own_security.get("capabilities"), "drop")
    if "ALL" in dropped or "all" in dropped:
        return None
    if windows(container.pod):
        return MOOT
    path = container.at("securityContext", "capabilities", "drop")
    return bad(f"container {container.name} keeps capabilities that it does not drop", path, dropped=texts(dropped))
