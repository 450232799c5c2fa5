"""Nobody logs into a container over the network.

What: port 22 is not among the ports, and no container runs sshd. Why: it is a second way in, past the API server's
authorization and audit log, with keys of its own. Evidence: the port or the command. Fix: kubectl exec and ephemeral
containers; a bastion or Git server that must have it is waived.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing, mappings
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD059",
    title="no container is a server for SSH",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="remove the SSH server, and use kubectl exec",
    equivalents=(
        "kube-linter:ssh-port",
        "kubescape:C-0042",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """Inside or outside."""
    for position, port in mappings(container.body, "ports") if "ports" in container.body else ():
        if port.get("containerPort") == 22:
            return bad(f"container {container.name} listens on port 22", container.at("ports", position))
    for field in ("command", "args"):
        for position, word in enumerate(listing(container.body, field)) if field in container.body else ():
            if isinstance(word, str) and word.rpartition("/")[2] == "sshd":
                return bad(f"container {container.name} runs sshd", container.at(field, position))
    return None
