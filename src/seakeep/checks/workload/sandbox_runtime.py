"""Code that nobody has read does not share the node's kernel.

What: pods of the agent sandbox (agents.x-k8s.io) have a runtimeClassName. Why: they run what a model or a user wrote
a moment ago; a container alone is not made to hold that. Evidence: the field. Fix: a RuntimeClass of gVisor or Kata.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD073",
    title="what runs foreign code has a runtime of its own",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    types=("agents.x-k8s.io/Sandbox", "extensions.agents.x-k8s.io/SandboxTemplate"),
    remediation="set runtimeClassName to a sandboxed runtime",
    references=("https://kubernetes.io/docs/concepts/containers/runtime-class/",),
    equivalents=("kubescape:C-0297",),
)


def judge(pod: Pod, _: Index) -> Answer:
    """The pod's field."""
    if text(pod.spec, "runtimeClassName"):
        return None
    return bad("its pods share the node's kernel", pod.at("runtimeClassName"))
