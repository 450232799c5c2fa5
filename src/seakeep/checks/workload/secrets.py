"""Recognises what should be a Secret and stands in the open. Never shows what it found."""

import re

NAMED = re.compile(
    r"(?:^|[_.\-])"
    r"(?:password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|private_?key|secret_?key|credentials?)"
    r"(?:$|[_.\-](?:value|base64|b64)$)",
    re.IGNORECASE,
)
"""Names of settings whose value is one. `TOKEN_FILE`, `SECRET_NAME` and `PASSWORD_POLICY` are not."""
KEYS = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bglpat-[A-Za-z0-9_\-]{20}\b"
    r"|\bxox[abprs]-[A-Za-z0-9\-]{10,}"
    r"|\beyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}"
)
"""Texts that are a key whatever they are called."""
ASSIGNED = re.compile(
    r"^[ \t]*[\"']?(?:[\w.\-]*[_.\-])?"
    r"(?:password|passwd|passphrase|secret|api_?key|access_?key|private_?key|secret_?key)"
    r"[\"']?[ \t]*[:=][ \t]*[\"']?([^\s\"'#]{3,})",
    re.IGNORECASE | re.MULTILINE,
)
"""Lines of a configuration that give one a value."""
HARMLESS = re.compile(r"\$|/|<|\{|(?:true|false|null|none|yes|no|changeme|\*+|\d{1,5})$", re.IGNORECASE)
"""Beginnings of values that refer to something, or are nothing: variables, paths, templates, placeholders, switches."""

PUNCTUATION = " \t:=\"'"


NO_SECRETS = ("cluster-token", "cluster_token")
"""Ends of names that only look like it: etcd's token of a cluster tells clusters apart."""


def is_secret(name: str, value: str) -> bool:
    """Whether a setting of that name, with that value, is something to keep."""
    if not value:
        return False
    if NAMED.search(name) and not name.lower().endswith(NO_SECRETS) and not HARMLESS.match(value):
        return True
    return len(value) >= 20 and KEYS.search(value) is not None


def holds_secret(content: str) -> str:
    """What a whole file gives away, in words; empty for nothing."""
    if KEYS.search(content):
        return "a private key or token"
    for match in ASSIGNED.finditer(content):
        if not HARMLESS.match(match[1]):
            return f"a value of {match[0].partition(match[1])[0].strip(PUNCTUATION)}"
    return ""
