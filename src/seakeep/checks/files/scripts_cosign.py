"""Signatures are verified against somebody.

What: `cosign verify` with --key, or with a certificate identity and an issuer; no COSIGN_EXPERIMENTAL. Why: without
an identity anybody's signature would do, so that cosign refuses; the variable is gone since 2.0. Evidence: command
lines of scripts. Fix: `cosign verify --key cosign.pub IMAGE@sha256:...`.
"""

import re
from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.formats.flags import joined
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="SCR001",
    title="signatures are verified against somebody",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("script",),
    remediation="cosign verify --key FILE IMAGE@DIGEST, or --certificate-identity and --certificate-oidc-issuer",
    references=("https://docs.sigstore.dev/cosign/verifying/verify/",),
)

_VERIFY = re.compile(r"\bcosign\s+verify(-attestation)?\s")
_IDENTITY = re.compile(r"--certificate-identity(-regexp)?\b")
_ISSUER = re.compile(r"--certificate-oidc-issuer(-regexp)?\b")


def judge(file: OperatorFile, _: Index) -> Iterator[Note]:
    """Line by line, continued ones joined; comments left out."""
    for number, line in joined(file.text):
        if line.lstrip().startswith("#"):
            continue
        if "COSIGN_EXPERIMENTAL" in line:
            yield bad("COSIGN_EXPERIMENTAL has no meaning since cosign 2.0", (number,))
        if _VERIFY.search(line) and "--key" not in line and not (_IDENTITY.search(line) and _ISSUER.search(line)):
            yield bad("cosign verify against nobody", (number,))
