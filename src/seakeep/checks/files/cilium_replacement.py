"""Cilium is told with true or false whether it replaces kube-proxy.

What: kubeProxyReplacement of Cilium's values is true or false. Why: strict, partial, probe and disabled are gone
since 1.16: the chart refuses them and the agent does not start. Evidence: the values. Fix: `kubeProxyReplacement:
true`, with k8sServiceHost and k8sServicePort.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="CIL001",
    title="Cilium is told with true or false whether it replaces kube-proxy",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("cilium-values",),
    remediation="kubeProxyReplacement: true, k8sServiceHost, k8sServicePort",
    references=("https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",),
)


def judge(file: OperatorFile, _: Index) -> Iterator[Note]:
    """Without kube-proxy the agents reach the API server by its address only."""
    value = dig(file.data, "kubeProxyReplacement")
    path = ("kubeProxyReplacement",)
    if value not in (None, True, False, "true", "false"):
        yield bad(f"kubeProxyReplacement is {said(value)}", path)
    if value in (True, "true", "strict"):
        for field in ("k8sServiceHost", "k8sServicePort"):
            if not dig(file.data, field):
                yield bad(f"no {field}: agents do not find the API server", path)
