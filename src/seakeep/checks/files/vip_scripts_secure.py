"""Scripts that keepalived runs do not run as root.

What: `enable_script_security` and a script_user other than root. Why: a check that somebody else may write is root's
own otherwise. Evidence: global_defs. Fix: `enable_script_security` and `script_user NAME`.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.files.lookups import keepalived_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="KPA005",
    title="scripts of keepalived do not run as root",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("keepalived",),
    remediation="global_defs { enable_script_security; script_user keepalived_script }",
)


def judge(file: OperatorFile, index: Index) -> Answer:
    """A script may name its own user."""
    conf = keepalived_of(file, index)
    scripts = list(conf.find("vrrp_script"))
    if not scripts:
        return MOOT
    shared = next(conf.find("global_defs"), None)
    if shared is None or not shared.has("enable_script_security"):
        return bad("enable_script_security is not set", (shared.line if shared else 1,))
    user = shared.value("script_user")
    exposed = [script for script in scripts if (script.value("user") or user or "root") == "root"]
    return [bad(f"{script.name} runs as root", (script.line,)) for script in exposed]
