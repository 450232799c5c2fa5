"""The kubelet's probes of API servers get an answer.

What: an httpGet probe of an API server's container asks for a path that anonymous requests reach. Why: such a probe
has no certificate: with --anonymous-auth=false it gets 401, and the kubelet restarts the API server over and over.
Evidence: the probes, the flag, the AuthenticationConfiguration. Fix: open /livez, /readyz and /healthz in an
AuthenticationConfiguration.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Per, Scope
from seakeep.checks.programs.anonymous import anonymous
from seakeep.core.finding import Severity
from seakeep.formats.flags import program_of
from seakeep.manifests.access import text, texts
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="KUB133",
    title="probes of API servers get an answer",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.CONTAINER,
    remediation="open /livez, /readyz and /healthz in an AuthenticationConfiguration, without --anonymous-auth",
)


def judge(container: Container, index: Index) -> Iterator[Note]:
    """Containers that run an API server."""
    words = [*texts(container.body, "command"), *texts(container.body, "args")]
    if not any(program_of(word) == "kube-apiserver" for word in words):
        yield MOOT
        return
    open_to = index.once(anonymous)
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        path = text(container.body, probe, "httpGet", "path")
        if path and not open_to.lets_in(path.partition("?")[0]):
            yield Note(message=f"{probe} asks for {path} and is refused with 401", path=container.at(probe, "httpGet"))
