"""A Windows container does not run on the host itself.

What: windowsOptions.hostProcess is not true, on the container or inherited from the pod. Why: such a container is no
container: it has the host's network, disks and accounts. Evidence: the effective field. Fix: remove it; network
plugins and storage drivers for Windows are waived.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD024",
    title="no Windows container is a process of the host",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove securityContext.windowsOptions.hostProcess",
    references=("https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/",),
    equivalents=(
        "polaris:hostProcess",
        "kubescape:C-0202",
        "gatekeeper:host-process",
        "cis-1.12:5.2.10",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """windowsOptions are inherited field by field."""
    if "windowsOptions" not in container.security:
        return None
    own = dig(container.own_security, "windowsOptions", "hostProcess")
    if own is True:
        path = container.at("securityContext", "windowsOptions", "hostProcess")
    elif own is None and dig(container.pod.security, "windowsOptions", "hostProcess") is True:
        path = container.pod.at("securityContext", "windowsOptions", "hostProcess")
    else:
        return None
    return bad(f"container {container.name} runs on the host itself", path)
