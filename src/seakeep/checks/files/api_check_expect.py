"""The load balancer takes an API server for ready when it answers 200.

What: the expectation of the API's check. Why: 401 or 403 says that the question was refused, not that the server is
well; a raw TCP check that waits for a text which never comes keeps every server down. Evidence: http-check expect,
tcp-check expect. Fix: `http-check expect status 200`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP004",
    title="the load balancer expects 200",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="http-check expect status 200",
    references=("https://docs.haproxy.org/3.0/configuration.html#4.2-http-check%20expect",),
)

_GOOD = frozenset({"200", "200-299", "2[0-9][0-9]", "200-399"})


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Without an expectation HAProxy takes any 2xx and 3xx."""
    for backend in backends_of(file, index):
        for each in (*backend.section.find("http-check", "expect"), *backend.section.find("tcp-check", "expect")):
            kind, value = _expectation(each.words[2:])
            if kind in {"status", "rstatus"} and value in _GOOD:
                continue
            if kind in {"string", "rstring", "binary", "rbinary"} and each.words[0] == "http-check" and "ok" in value:
                continue
            yield bad(
                f"backend {backend.section.name} expects {kind} {value}, which is not what a ready API server answers",
                (each.line,),
                backend=backend.section.name,
            )


def _expectation(words: tuple[str, ...]) -> tuple[str, str]:
    """(what is compared, with what): options before it are passed over, a negation is kept."""
    kinds = {"status", "rstatus", "string", "rstring", "binary", "rbinary", "hdr", "fhdr"}
    for position, word in enumerate(words):
        if word in kinds:
            # What stands after it are options: `error-status L7OKC`, say.
            value = words[position + 1] if position + 1 < len(words) else ""
            return ("! " + word if position and words[position - 1] == "!" else word), value
    return "nothing", ""
