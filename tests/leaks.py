"""Looking for secrets in everything that Seakeep writes down about its work: journals, plans, facts, reports, logs.

Two questions of every field: does it look like key material, a token or a password; and does it hold one of the values
that are kept in a state folder of the same test session.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

RUN = re.compile(r"\d{8}T\d{6}Z-[a-z][a-z-]*-[0-9a-f]{4}")
WRITTEN = re.compile(r".*\.log|(journal|plan|report|facts|findings)[^/]*\.jsonl?|journal")


def in_base64(text: bytes) -> list[bytes]:
    """How the text looks inside of base64, wherever in it it begins: what does not depend on its neighbours."""
    found = []
    for before in range(3):
        whole = base64.b64encode(bytes(before) + text)
        found.append(whole[4 if before else 0 : len(whole) - 4 - (4 if (before + len(text)) % 3 else 0)])
    return found


LOOKS_LIKE = {
    "a private key": re.compile(
        b"|".join(
            [
                b"PRIVATE KEY",
                *in_base64(b" PRIVATE KEY-----"),
                b"AGE-SECRET-KEY-1",
                b"MIGHAgEAMBMGByqGSM49AgEG",
                b"MHcCAQEEI",
            ]
        )
    ),
    "a token": re.compile(
        rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|\b[Bb]earer [A-Za-z0-9._-]{16,}"
    ),
    "a bootstrap token": re.compile(rb"\b[a-z0-9]{6}\.[a-z0-9]{16}\b"),
    "a password": re.compile(rb"(?i)\b(?:password|passphrase|passwd)\b['\"]?\s*[:=]\s*['\"]?[^\s'\",}]{4,}"),
}
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


def written(top: Path) -> Iterator[Path]:
    """Everything under the folder that tells of work: whole run folders, and files of such names anywhere."""
    for path in sorted(top.rglob("*")):
        if (
            path.is_file()
            and not path.is_symlink()
            and (RUN.fullmatch(path.parent.name) or WRITTEN.fullmatch(path.name))
        ):
            yield path


def secrets_under(top: Path) -> dict[bytes, str]:
    """What is kept in state folders: a piece of each value that cannot be there by chance -> its name."""
    found: dict[bytes, str] = {}
    for path in sorted(top.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        if not (path.suffix == ".key" or path.parent.name == "secrets"):
            continue
        content = path.read_bytes()
        body = b"".join(content.split(b"-----")[2].split()) if content.count(b"-----") >= 4 else content.strip()
        # The first bytes of every PKCS #8 key of a kind are the same, and what is looked for stands in one line of it.
        piece = body[64:90] if len(body) > 100 else body
        if len(piece) >= 20:
            found[piece] = str(path)
    return found


def leaks(top: Path) -> list[str]:
    """Every secret in what was written, as `file: where: what`. Values are not repeated."""
    secrets = secrets_under(top)
    return [f"{path}: {where}: {what}" for path in written(top) for where, what in _in_file(path, secrets)]


def _in_file(path: Path, secrets: dict[bytes, str]) -> Iterator[tuple[str, str]]:
    texts = [(where, text) for where, value in _fields(path.read_bytes()) for text in (value, *_decoded(value))]
    # Thousands of files and hundreds of secrets: field by field only where the whole holds something.
    whole = b"\0".join(text for _, text in texts)
    if not any(pattern.search(whole) for pattern in LOOKS_LIKE.values()) and not any(s in whole for s in secrets):
        return
    for where, text in texts:
        for what, pattern in LOOKS_LIKE.items():
            if pattern.search(text):
                yield where, what
        for piece, name in secrets.items():
            if piece in text:
                yield where, f"the value of {name}"


def _fields(content: bytes) -> Iterable[tuple[str, bytes]]:
    """Every string of a JSON document, or of each line that is one; other lines as they are."""
    try:
        yield from _walk(json.loads(content), "$")
        return
    except ValueError:
        pass
    for number, line in enumerate(content.splitlines(), 1):
        try:
            yield from _walk(json.loads(line), f"line {number}")
        except ValueError:
            yield f"line {number}", line


def _walk(value: Any, where: str) -> Iterator[tuple[str, bytes]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{where} (a key)", str(key).encode()
            # Name and value together, so that `password: x` is seen.
            yield f"{where}.{key}", f"{key}={inner}".encode() if isinstance(inner, str) else b""
            yield from _walk(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _walk(inner, f"{where}[{position}]")
    elif isinstance(value, str):
        yield where, value.encode()


def _decoded(value: bytes) -> Iterator[bytes]:
    """What base64 in it stands for."""
    for piece in _BASE64.findall(value.decode("latin-1")):
        try:
            yield base64.b64decode(piece + "=" * (-len(piece) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue


def said(output: str, top: Path) -> list[str]:
    """The names of those kept values that a program's output holds, as they are or in base64."""
    data = output.encode()
    return [
        name for piece, name in secrets_under(top).items() if any(form in data for form in (piece, *in_base64(piece)))
    ]
