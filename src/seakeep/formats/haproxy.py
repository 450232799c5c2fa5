"""haproxy.cfg: sections of directives, and how the backends of an API server are checked.

Grammar: https://docs.haproxy.org/3.0/configuration.html#2.2 (words, quotes, escapes, comments).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

API_PORTS = frozenset({"6443", "16443", "8443"})
"""Ports at which servers of a backend are taken for API servers."""

_SECTIONS = frozenset(
    {
        "global", "defaults", "frontend", "backend", "listen", "peers", "resolvers", "userlist", "mailers", "cache",
        "program", "http-errors", "ring", "log-forward", "log-profile", "crt-store", "traces", "fcgi-app",
    }
)  # fmt: skip
_API_NAME = re.compile(r"kube|k8s|api-?server|control-?plane|masters?\b", re.IGNORECASE)
_TIME = re.compile(r"(\d+)(us|ms|s|m|h|d)?")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0, "d": 86_400_000.0}


@dataclass(frozen=True, slots=True)
class Directive:
    """One line: its 1-based number and its words."""

    line: int
    words: tuple[str, ...]

    def starts(self, *words: str) -> bool:
        """Whether it begins with these words."""
        return self.words[: len(words)] == words


@dataclass(slots=True)
class Section:
    """A section. `inherited` are the directives of the defaults section before it."""

    kind: str
    name: str
    line: int
    directives: list[Directive] = field(default_factory=list)
    inherited: list[Directive] = field(default_factory=list)

    def find(self, *words: str) -> Iterator[Directive]:
        """Directives that begin with these words, its own first."""
        for each in (*self.directives, *self.inherited):
            if each.starts(*words):
                yield each

    def first(self, *words: str) -> Directive | None:
        """The one that counts: a section's own before its defaults'."""
        return next(self.find(*words), None)

    def has(self, *words: str) -> bool:
        """Whether there is one."""
        return self.first(*words) is not None


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a backend with the options that hold for it: its own, then those of default-server.

    `options` maps an option to its value; one that takes none to ''.
    """

    name: str
    address: str
    line: int
    options: dict[str, str]


@dataclass(frozen=True, slots=True)
class Backend:
    """A backend of API servers."""

    section: Section
    servers: tuple[Server, ...]

    @property
    def checked(self) -> bool:
        """Whether its servers are asked anything at all."""
        return all("check" in server.options for server in self.servers)

    @property
    def http(self) -> Directive | None:
        """The directive that makes the check an HTTP request."""
        return self.section.first("option", "httpchk")

    @property
    def speaks_tls(self) -> bool:
        """Whether the check is made over TLS."""
        connects = [*self.section.find("http-check", "connect"), *self.section.find("tcp-check", "connect")]
        if connects:
            return all("ssl" in each.words for each in connects)
        return bool(self.servers) and all(
            "check-ssl" in server.options or "ssl" in server.options for server in self.servers
        )

    @property
    def path(self) -> str:
        """The path that an HTTP check asks for, without its query; '' where it is none."""
        return self._uri.partition("?")[0]

    @property
    def _uri(self) -> str:
        for each in self.section.find("http-check", "send"):
            if "uri" in each.words[:-1]:
                return each.words[each.words.index("uri") + 1]
        if self.http is None:
            return ""
        words = self.http.words[2:]
        # `option httpchk [METHOD] URI [VERSION]`, or nothing: then it is OPTIONS /.
        return next((word for word in words if word.startswith("/")), "/")


_VALUED = frozenset(
    {
        "addr", "agent-addr", "agent-inter", "agent-port", "alpn", "ca-file", "check-alpn", "check-sni", "ciphers",
        "ciphersuites", "cookie", "crl-file", "crt", "downinter", "error-limit", "fall", "fastinter", "init-addr",
        "inter", "maxconn", "maxqueue", "minconn", "observe", "on-error", "on-marked-down", "on-marked-up", "port",
        "proto", "resolvers", "rise", "slowstart", "sni", "ssl-max-ver", "ssl-min-ver", "track", "verify",
        "verifyhost", "weight", "check-proto", "source", "interface", "namespace", "id", "pool-max-conn",
    }
)  # fmt: skip


def words_of(line: str) -> tuple[str, ...]:
    """The words of a line: quotes and backslashes taken away, a comment left out."""
    words: list[str] = []
    word, started, quote, escaped = "", False, "", False
    for char in line:
        if escaped:
            word, started, escaped = word + char, True, False
        elif char == "\\" and quote != "'":
            escaped = True
        elif quote:
            if char == quote:
                quote = ""
            else:
                word += char
        elif char in "\"'":
            quote, started = char, True
        elif char == "#":
            break
        elif char.isspace():
            if started or word:
                words.append(word)
            word, started = "", False
        else:
            word += char
    if started or word:
        words.append(word)
    return tuple(words)


def parse(text: str) -> list[Section]:
    """The sections in their order."""
    sections: list[Section] = []
    defaults: list[Directive] = []
    for number, raw in enumerate(text.splitlines(), 1):
        words = words_of(raw)
        if not words:
            continue
        if words[0] in _SECTIONS:
            section = Section(words[0], words[1] if len(words) > 1 else "", number)
            if section.kind == "defaults":
                defaults = section.directives
            elif section.kind in {"frontend", "backend", "listen"}:
                section.inherited = defaults
            sections.append(section)
        elif sections:
            sections[-1].directives.append(Directive(number, words))
    return sections


def api_backends(sections: list[Section]) -> list[Backend]:
    """The backends whose servers listen where API servers do, or which are called after them."""
    found = []
    for section in sections:
        if section.kind not in {"backend", "listen"}:
            continue
        servers = tuple(_servers(section))
        named = _API_NAME.search(section.name) is not None
        if servers and (named or all(server.address.rpartition(":")[2] in API_PORTS for server in servers)):
            found.append(Backend(section, servers))
    return found


def milliseconds(text: str, *, default: float = 0.0) -> float:
    """A time as HAProxy writes it; without a unit it is milliseconds."""
    found = _TIME.fullmatch(text)
    if found is None:
        return default
    return int(found[1]) * _MILLISECONDS[found[2] or "ms"]


def _servers(section: Section) -> Iterator[Server]:
    shared: dict[str, str] = {}
    for each in (*reversed(section.inherited), *section.directives):
        if each.starts("default-server"):
            shared |= _options(each.words[1:])
    for each in section.directives:
        if each.starts("server") and len(each.words) > 2:
            own = _options(each.words[3:])
            options = {**shared, **own}
            for name in [name for name in options if name.startswith("no-")]:
                options.pop(name.removeprefix("no-"), None)
            yield Server(each.words[1], each.words[2], each.line, options)


def _options(words: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    position = 0
    while position < len(words):
        word = words[position]
        if word in _VALUED and position + 1 < len(words):
            found[word] = words[position + 1]
            position += 1
        else:
            found[word] = ""
        position += 1
    return found
