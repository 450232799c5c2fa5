"""Scripts call commands that exist.

What: no `kubectl convert`, `kubeadm alpha certs`, `kubectl run` with --generator, `--set installCRDs` or `--set
kubeProxyReplacement=strict`. Why: they are gone or refused, and the script ends there. Evidence: command lines. Fix:
the command that took its place.
"""

import re
from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.formats.flags import joined
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="SCR002",
    title="scripts call commands that exist",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("script",),
    remediation="see the message",
)

_DATED = (
    (re.compile(r"\bkubectl\s+convert\b"), "kubectl convert is gone since 1.20; the plugin is kubectl-convert"),
    (re.compile(r"\bkubeadm\s+alpha\s+certs\b"), "kubeadm alpha certs is gone; it is kubeadm certs since 1.20"),
    (re.compile(r"\bkubectl\s+run\b.*--generator\b"), "--generator is gone since 1.21"),
    (re.compile(r"--set[\w-]*[= ]\S*\binstallCRDs="), "installCRDs is deprecated; it is crds.enabled"),
    (
        re.compile(r"kubeProxyReplacement=(strict|partial|probe|disabled)\b"),
        "kubeProxyReplacement is true or false since Cilium 1.16",
    ),
    (re.compile(r"--set-string\S*[= ]\S*kubeProxyReplacement="), "kubeProxyReplacement has to be a boolean: --set"),
)


def judge(file: OperatorFile, _: Index) -> Iterator[Note]:
    """Line by line, continued ones joined; comments left out."""
    for number, line in joined(file.text):
        if not line.lstrip().startswith("#"):
            for pattern, why in _DATED:
                if pattern.search(line):
                    yield bad(why, (number,))
