"""The certificates on this machine's disk, and what its kubeconfigs refer to. Public parts only."""

import base64
import binascii
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from seakeep.facts.base import Ask, Fact

KUBELET_CLIENT = "/var/lib/kubelet/pki/kubelet-client-current.pem"
"""A link to the client certificate that the kubelet got from the cluster, with its key in the same file."""

_FIELDS = ("client-certificate", "client-certificate-data", "certificate-authority", "certificate-authority-data")


@dataclass(frozen=True, slots=True)
class OnDisk:
    """`files`: path -> the certificates in it as PEM, in their order; a file that holds none has an empty tuple.

    `kubeconfigs`: path -> the fields that name certificates (`client-certificate`) or hold them
    (`client-certificate-data`, as PEM).
    """

    files: Mapping[str, tuple[str, ...]]
    kubeconfigs: Mapping[str, Mapping[str, str]]


def script(ask: Ask) -> str:
    """Only what stands between the marks of a certificate is printed: some files hold keys as well."""
    wanted = " ".join(
        shlex.quote(path) for path in (*sorted(p for p in ask.paths if p.endswith(".crt")), KUBELET_CLIENT)
    )
    fields = "|".join(sorted({field.removesuffix("-data") for field in _FIELDS}))
    return f"""\
for f in {wanted}; do
  [ -f "$f" ] || continue
  printf 'F|%s\\n' "$f"
  sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p' "$f"
done
for f in /etc/kubernetes/*.conf; do
  [ -f "$f" ] || continue
  printf 'K|%s\\n' "$f"
  sed -nE 's/^[ -]*({fields})(-data)?: *"?([^" ]*)"? *$/\\1\\2 \\3/p' "$f"
done
true"""


def parse(output: bytes) -> OnDisk:
    """From both lists. ValueError for what is neither, and for a certificate that cannot be read."""
    files: dict[str, list[str]] = {}
    kubeconfigs: dict[str, dict[str, str]] = {}
    body: list[str] | None = None
    fields: dict[str, str] | None = None
    for line in output.decode("utf-8", "replace").splitlines():
        kind, bar, path = line.partition("|")
        if bar and kind == "F":
            body, fields = files.setdefault(path, []), None
        elif bar and kind == "K":
            fields, body = kubeconfigs.setdefault(path, {}), None
        elif body is not None:
            if "PRIVATE KEY" in line:
                raise ValueError("a key where a certificate was expected")
            body.append(line)
        elif fields is not None and line:
            name, _, value = line.partition(" ")
            if name not in _FIELDS:
                raise ValueError(f"not a field of a kubeconfig: {line[:60]!r}")
            fields[name] = _decoded(value) if name.endswith("-data") else value
        elif line:
            raise ValueError(f"not a certificate: {line[:60]!r}")
    return OnDisk({path: _certificates(lines) for path, lines in files.items()}, kubeconfigs)


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("the data of a kubeconfig is not base64 of text") from None


def _certificates(lines: list[str]) -> tuple[str, ...]:
    text = "\n".join(lines).strip()
    if not text:
        return ()
    try:
        found = x509.load_pem_x509_certificates(text.encode() + b"\n")
    except ValueError:
        raise ValueError("a certificate that cannot be read") from None
    return tuple(each.public_bytes(Encoding.PEM).decode() for each in found)


FACT: Fact[OnDisk] = Fact(id="certificates", script=script, parse=parse, volatile=True)
