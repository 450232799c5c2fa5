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
from seakeep.manifests.access import MAX_DEPTH, Path
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
_ITEM = r"""(?:-?[A-Za-z0-9_./][A-Za-z0-9_./-]*|--[A-Za-z0-9_./-]+|"[^"\\]*"|'[^']*')"""
_PAIR = rf"[A-Za-z_][A-Za-z0-9_./-]*: +{_ITEM}"
_SIMPLE_LIST = re.compile(rf"\[ *{_ITEM}(?: *, *{_ITEM})* *\]")
_SIMPLE_MAP = re.compile(rf"\{{ *{_PAIR}(?: *, *{_PAIR})* *\}}")
_ITEMS = re.compile(_ITEM)
_PAIRS = re.compile(rf"([A-Za-z_][A-Za-z0-9_./-]*): +({_ITEM})")
_SPECIAL = frozenset("&*!%@`|>{}[],?#\"'")
_NOT_IN_FLOW = re.compile(r"[&*!#|>%@`?]|<<")
ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""Characters that no YAML may hold, that end a line for YAML but not for us, or that say something about the stream."""

REMEMBERED = 50_000
"""Distinct lines whose meaning is kept, at some hundred bytes each."""


class Reader:
    """Reads documents; remembers lines."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def read(self, lines: Sequence[str], first: int = 1, where: dict[Path, int] | None = None) -> Json:
        """The data of one document without its `---`, split at its line ends: the last of the lines is empty where the
        text ends with one. HardError where it is not for this reader.

        `where` is filled with the line of each field; the first of the given lines has the number `first`.
        """
        return _Document(self._tokens, lines, first, where).read()


Open = tuple[int, list[Json] | dict[str, Json], Path]
"""An open collection: its column, what it holds so far, and its path (only right where lines are asked for)."""


class _Document:
    """One reading: one pass over the lines, with the open collections on a stack."""

    __slots__ = ("_first", "_lines", "_next", "_stack", "_tokens", "_where")

    def __init__(
        self, tokens: dict[str, Token], lines: Sequence[str], first: int, where: dict[Path, int] | None
    ) -> None:
        self._tokens = tokens
        self._lines = lines
        self._first = first
        self._where = where
        self._next = 0
        self._stack: list[Open] = []

    def read(self) -> Json:  # noqa: C901, PLR0912, PLR0915 - called for every line of a run: a call more costs a fifth
        tokens, lines, count, stack, where = self._tokens, self._lines, len(self._lines), self._stack, self._where
        root: Json = None
        pending: tuple[int, list[Json] | dict[str, Json], str | int, Path] | None = None
        while self._next < count:
            line = lines[self._next]
            self._next += 1
            token = tokens.get(line)
            if token is None:
                if len(tokens) >= REMEMBERED:
                    tokens.clear()
                token = tokens[line] = tokenise(line)
            column, dashes, key, kind, value = token
            if column < 0:
                continue
            start = dashes[0] if dashes else column
            if pending is not None:
                # A collection begins under the field or dash before, or that one stays null.
                above, parent, name, path = pending
                pending = None
                if start > above or (start == above and dashes and type(parent) is dict):
                    if (not dashes and key is None) or len(stack) >= MAX_DEPTH:
                        raise HardError
                    made: list[Json] | dict[str, Json] = [] if dashes else {}
                    parent[name] = made  # type: ignore[index]  # a name for a mapping, a position for a list
                    stack.append((start, made, path))
            elif not stack:
                if not dashes and key is None:
                    return self._alone(token)
                made = [] if dashes else {}
                root = made
                stack.append((start, made, ()))
                self._here(())
            at, node, path = stack[-1]
            while at != start or not (dashes or type(node) is dict):
                if at < start:
                    raise HardError
                stack.pop()
                if not stack:
                    raise HardError
                at, node, path = stack[-1]
            if dashes:
                node, path = self._item(dashes, node, path)
                if key is None:
                    path = self._here((*path, len(node)))
                    if kind == _NOTHING:
                        pending = (dashes[-1], node, len(node), path)
                    node.append(self._literal(dashes[-1], str(value)) if kind == _LITERAL else value)
                    continue
                path = self._here((*path, len(node)))
                fields: dict[str, Json] = {}
                self._push(column, fields, path)
                node.append(fields)
                node = fields
            if key is None or type(node) is not dict or key in node:
                raise HardError
            if where is not None:
                where[(*path, key)] = self._first + self._next - 1
            if kind == _VALUE:
                node[key] = value
                continue
            node[key] = self._literal(column, str(value)) if kind == _LITERAL else value
            if kind == _NOTHING:
                pending = (column, node, key, path if where is None else (*path, key))
        return root

    def _alone(self, token: Token) -> Json:
        """A document that is one value."""
        if token[3] != _VALUE or any(line.strip() for line in self._lines[self._next :]):
            raise HardError
        self._here(())
        return token[4]

    def _item(self, dashes: tuple[int, ...], node: list[Json] | dict[str, Json], path: Path) -> tuple[list[Json], Path]:
        """The list that the last of the dashes belongs to."""
        if not isinstance(node, list):
            raise HardError
        for column in dashes[1:]:
            path = self._here((*path, len(node)))
            made: list[Json] = []
            self._push(column, made, path)
            node.append(made)
            node = made
        return node, path

    def _push(self, column: int, made: list[Json] | dict[str, Json], path: Path) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise HardError
        self._stack.append((column, made, path))

    def _here(self, path: Path) -> Path:
        """The field that the path leads to stands on the line that is being read."""
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
    if _SIMPLE_LIST.fullmatch(text):
        return [_item(item) for item in _ITEMS.findall(text)]
    if _SIMPLE_MAP.fullmatch(text):
        pairs = _PAIRS.findall(text)
        fields: dict[str, Json] = {name: _item(item) for name, item in pairs}
        if len(fields) == len(pairs) and all(isinstance(resolve(name), str) for name in fields):
            return fields
    if text in {"{}", "[]"}:
        return {} if text == "{}" else []
    if _NOT_IN_FLOW.search(text):
        raise HardError
    return _parsed(text)


def _item(text: str) -> Json:
    return text[1:-1] if text[0] in "\"'" else resolve(text)


def _parsed(text: str) -> Json:
    """A flow collection or quoted text, by the general parser. It must be whole."""
    from seakeep.manifests.events import UnreadableError, read_events  # noqa: PLC0415 - see Texts._slowly

    if text[0] in "\"'" and text[-1] != text[0]:
        raise HardError
    try:
        (read,) = read_events(text)
    except (UnreadableError, ValueError) as error:
        raise HardError from error
    if read.twice or (isinstance(read.data, dict) and text[0] != "{"):
        raise HardError
    return read.data
