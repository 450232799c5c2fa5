"""YAML as nearly all manifests write it, read several times faster than a general parser can.

It knows block mappings and lists, scalars on one line, literal blocks (`|`) and flow collections on one line. Whatever
else a document may hold (anchors, tags, merge keys, folded and continued scalars, fields given twice, tabs, mistakes)
raises HardError, and the document is read by `events`, which also says what is wrong. Where both read a document, they
read the same; the property tests compare them.

What a line means does not depend on the lines around it, except inside a literal block. Manifests repeat themselves, so
the meaning of each distinct line is found once in a run.
"""

import re
from collections.abc import Sequence

from seakeep.core.json import Json
from seakeep.manifests.access import Path
from seakeep.manifests.events import MAX_DEPTH, UnreadableError, read_events
from seakeep.manifests.scalars import resolve


class HardError(Exception):
    """The document is more than this reader knows."""


_NOTHING, _VALUE, _LITERAL = range(3)
Token = tuple[int, tuple[int, ...], str | None, int, Json]
"""Column of the content, columns of the dashes before it, the field's name, what follows, and the value.

For a literal block the value is its chomping indicator.
"""

_BLANK: Token = (-1, (), None, _NOTHING, None)
_KEY = re.compile(r"""("[^"\\]*"|'[^']*'|[A-Za-z0-9_./$+~(][^\s:#"'{}\[\],&*!|>%@`]*):(?: +(.*))?""")
_QUOTED = re.compile(r"""(?:"([^"\\]*)"|'([^']*)')(?: +#.*| *)""")
_LITERAL_HEAD = re.compile(r"\|([+-]?)(?: +#.*| *)")
_SIMPLE_LIST = re.compile(r"\[ *([A-Za-z0-9_./-]+(?: *, *[A-Za-z0-9_./-]+)*) *\]")
_SPECIAL = frozenset("&*!%@`|>{}[],?#\"'")
_NOT_IN_FLOW = re.compile(r"[&*!#|>%@`?]|<<")
ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""Characters that no YAML may hold, that end a line for YAML but not for us, or that say something about the stream."""

REMEMBERED = 200_000
"""Distinct lines whose meaning is kept. At some hundred bytes each, some tens of MB."""


class Reader:
    """Reads documents; remembers lines."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def read(self, lines: Sequence[str], first: int = 1, where: dict[Path, int] | None = None) -> Json:
        """The data of one document without its `---`, split at its line ends: the last of the lines is empty where the
        text ends with one. HardError where it is not for this reader.

        `where` is filled with the line of each field; the first of the given lines has the number `first`.
        """
        if len(self._tokens) > REMEMBERED:
            self._tokens.clear()
        return _Document(self._tokens, lines, first, where).read()


class _Document:
    """One reading. `_stack` holds the open collections: column, collection, path."""

    __slots__ = ("_first", "_lines", "_next", "_pending", "_stack", "_tokens", "_where")

    def __init__(
        self, tokens: dict[str, Token], lines: Sequence[str], first: int, where: dict[Path, int] | None
    ) -> None:
        self._tokens = tokens
        self._lines = lines
        self._first = first
        self._where = where
        self._next = 0
        self._stack: list[tuple[int, list[Json] | dict[str, Json], Path]] = []
        self._pending: tuple[int, list[Json] | dict[str, Json], str | int, Path] | None = None

    def read(self) -> Json:
        tokens, lines, count = self._tokens, self._lines, len(self._lines)
        root: Json = None
        started = False
        while self._next < count:
            line = lines[self._next]
            self._next += 1
            token = tokens.get(line)
            if token is None:
                token = tokens[line] = tokenise(line)
            if token[0] < 0:
                continue
            if not started:
                started = True
                root = self._begin(token)
                if root is None:
                    return self._alone(token)
            elif self._pending is not None:
                self._open(token)
            self._place(token)
        return root

    def _begin(self, token: Token) -> "list[Json] | dict[str, Json] | None":
        column, dashes, key, _, _ = token
        if not dashes and key is None:
            return None
        root: list[Json] | dict[str, Json] = [] if dashes else {}
        self._stack.append((dashes[0] if dashes else column, root, ()))
        if self._where is not None:
            self._where[()] = self._first + self._next - 1
        return root

    def _alone(self, token: Token) -> Json:
        """A document that is one value."""
        if token[3] != _VALUE or any(line.strip() for line in self._lines[self._next :]):
            raise HardError
        if self._where is not None:
            self._where[()] = self._first + self._next - 1
        return token[4]

    def _open(self, token: Token) -> None:
        """A collection begins under the field or dash before, or that one stays null."""
        assert self._pending is not None
        above, parent, key, path = self._pending
        self._pending = None
        column, dashes, name, _, _ = token
        start = dashes[0] if dashes else column
        if start < above or (start == above and (not dashes or isinstance(parent, list))):
            return
        if not dashes and name is None:
            raise HardError
        if len(self._stack) >= MAX_DEPTH:
            raise HardError
        made: list[Json] | dict[str, Json] = [] if dashes else {}
        parent[key] = made  # type: ignore[index]  # a name for a mapping, a position for a list
        self._stack.append((start, made, path))

    def _place(self, token: Token) -> None:
        """Put what the line says where its column says."""
        column, dashes, key, kind, value = token
        stack = self._stack
        start = dashes[0] if dashes else column
        while stack:
            at, node, path = stack[-1]
            if at < start:
                raise HardError
            if at == start and (dashes or isinstance(node, dict)):
                break
            stack.pop()
        else:
            raise HardError
        if dashes:
            node, path = self._item(dashes, node, path)
            if key is None:
                self._value(node, (*path, len(node)), token, dashes[-1])
                return
            if len(stack) >= MAX_DEPTH:
                raise HardError
            path = self._here((*path, len(node)))
            made: dict[str, Json] = {}
            assert isinstance(node, list)
            node.append(made)
            node = made
            stack.append((column, node, path))
        if key is None or not isinstance(node, dict) or key in node:
            raise HardError
        if kind == _VALUE:
            node[key] = value
            if self._where is not None:
                self._where[(*path, key)] = self._first + self._next - 1
            return
        self._value(node, (*path, key), token, column)

    def _item(
        self, dashes: tuple[int, ...], node: "list[Json] | dict[str, Json]", path: Path
    ) -> "tuple[list[Json] | dict[str, Json], Path]":
        """The list that the last of the dashes belongs to."""
        if not isinstance(node, list):
            raise HardError
        for column in dashes[1:]:
            if len(self._stack) >= MAX_DEPTH:
                raise HardError
            path = self._here((*path, len(node)))
            made: list[Json] = []
            node.append(made)
            self._stack.append((column, made, path))
            node = made
        return node, path

    def _value(self, node: "list[Json] | dict[str, Json]", path: Path, token: Token, above: int) -> None:
        """Set what stands on the line, a literal block, or null until the next line says more. `above` is the column
        of the field or dash."""
        self._here(path)
        key, kind, value = path[-1], token[3], token[4]
        if kind == _LITERAL:
            value = self._literal(above, str(value))
        if isinstance(node, list):
            node.append(value)
        else:
            assert isinstance(key, str)
            node[key] = value
        if kind == _NOTHING:
            self._pending = (above, node, key, path)

    def _here(self, path: Path) -> Path:
        if self._where is not None:
            self._where[path] = self._first + self._next - 1
        return path

    def _literal(self, above: int, chomping: str) -> str:
        """The lines of a literal block under a field or dash that stands in the column `above`."""
        lines, start = self._lines, self._next
        position, count = start, len(lines)
        while position < count and not lines[position].strip(" "):
            position += 1
        if position == count:
            raise HardError
        indent = len(lines[position]) - len(lines[position].lstrip(" "))
        if (
            lines[position][indent] == "\t"
            or indent <= above
            or any(len(line) > indent for line in lines[start:position])
        ):
            raise HardError
        margin = " " * indent
        taken: list[str] = [""] * (position - start)
        while position < count:
            line = lines[position]
            if line.startswith(margin):
                taken.append(line[indent:])
            elif not line.strip(" "):
                taken.append("")
            else:
                break
            position += 1
        if position < count and lines[position].lstrip(" ")[:1] == "#":
            raise HardError  # a comment less indented than the block ends it in a way of its own
        self._next = position
        text = "\n".join(taken)
        if chomping == "+":
            if position == count:
                raise HardError  # how many lines end the stream is not seen from here
            return text + "\n"
        text = text.rstrip("\n")
        if position == count and lines[-1]:
            if not lines[-1].strip(" "):
                raise HardError
            return text  # the stream ends within the line
        return text if chomping == "-" or not text else text + "\n"


def tokenise(line: str) -> Token:
    """What the line means outside a literal block. HardError where that needs more than the line, or more of YAML."""
    content = line.lstrip(" ")
    if not content or content[0] == "#":
        return _BLANK
    if "\t" in line:
        raise HardError
    column = len(line) - len(content)
    dashes: list[int] = []
    while content.startswith("- ") or content == "-":
        dashes.append(column)
        rest = content[1:]
        content = rest.lstrip(" ")
        column += 1 + len(rest) - len(content)
        if not content or content[0] == "#":
            return (column, tuple(dashes), None, _NOTHING, None)
    found = _KEY.fullmatch(content)
    if found is None:
        kind, value = _meaning(content.rstrip(" "))
        return (column, tuple(dashes), None, kind, value)
    key = found[1]
    if key[0] in "\"'":
        key = key[1:-1]
    else:
        named = resolve(key)
        if not isinstance(named, str):
            key = ("true" if named else "false") if isinstance(named, bool) else "null" if named is None else str(named)
    if key in {"<<", "="}:
        raise HardError
    kind, value = _meaning(found[2].strip(" ")) if found[2] else (_NOTHING, None)
    return (column, tuple(dashes), key, kind, value)


def _meaning(text: str) -> tuple[int, Json]:
    """What stands behind a colon or a dash."""
    if not text or text[0] == "#":
        return _NOTHING, None
    first = text[0]
    if first in "\"'":
        quoted = _QUOTED.fullmatch(text)
        if quoted is None:
            return _VALUE, _parsed(text)
        return _VALUE, quoted[1] if quoted[1] is not None else quoted[2]
    if first in "[{":
        return _VALUE, _flow(text)
    if first == "|":
        head = _LITERAL_HEAD.fullmatch(text)
        if head is None:
            raise HardError
        return _LITERAL, head[1]
    if first in _SPECIAL or (first in "-:" and text[1:2] in {"", " "}):
        raise HardError
    comment = text.find(" #")
    if comment >= 0:
        text = text[:comment].rstrip(" ")
    if ": " in text or text[-1] == ":" or text in {"---", "...", "="}:
        raise HardError
    return _VALUE, resolve(text)


def _flow(text: str) -> Json:
    simple = _SIMPLE_LIST.fullmatch(text)
    if simple is not None:
        return [resolve(item.strip(" ")) for item in simple[1].split(",")]
    if text in {"{}", "[]"}:
        return {} if text == "{}" else []
    if _NOT_IN_FLOW.search(text):
        raise HardError
    return _parsed(text)


def _parsed(text: str) -> Json:
    """A flow collection or quoted text, by the general parser. It must be whole."""
    if text[0] in "\"'" and text[-1] != text[0]:
        raise HardError
    try:
        (read,) = read_events(text)
    except (UnreadableError, ValueError) as error:
        raise HardError from error
    if read.twice or (isinstance(read.data, dict) and text[0] != "{"):
        raise HardError
    return read.data
