"""keepalived.conf: nested blocks of words. Grammar: keepalived.conf(5)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([{}])|([^\s{}"\']+)')


@dataclass(slots=True)
class Block:
    """`words { children }`, or a line of words without children. `line` is 1-based."""

    words: tuple[str, ...]
    line: int
    children: list["Block"] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The first word."""
        return self.words[0] if self.words else ""

    @property
    def name(self) -> str:
        """The second word."""
        return self.words[1] if len(self.words) > 1 else ""

    def find(self, kind: str) -> Iterator["Block"]:
        """The children of a kind."""
        return (child for child in self.children if child.kind == kind)

    def value(self, kind: str) -> str | None:
        """The second word of the last child of the kind: the last one counts."""
        found = [child.name for child in self.find(kind)]
        return found[-1] if found else None

    def has(self, kind: str) -> bool:
        """Whether there is such a child."""
        return any(True for _ in self.find(kind))

    def number(self, kind: str) -> float | None:
        """The value as a number."""
        try:
            return float(self.value(kind) or "")
        except ValueError:
            return None


def parse(text: str) -> Block:
    """The file as a block without words. What is not closed ends with the file."""
    root = Block((), 1)
    stack = [root]
    for number, raw in enumerate(text.splitlines(), 1):
        words: list[str] = []
        for token in _tokens(raw):
            if token == ("{", True):
                block = Block(tuple(words), number)
                if not words and stack[-1].children and not stack[-1].children[-1].children:
                    # The brace may stand on a line of its own.
                    block = stack[-1].children[-1]
                else:
                    stack[-1].children.append(block)
                stack.append(block)
                words = []
            elif token == ("}", True):
                if words:
                    stack[-1].children.append(Block(tuple(words), number))
                    words = []
                if len(stack) > 1:
                    stack.pop()
            else:
                words.append(token[0])
        if words:
            stack[-1].children.append(Block(tuple(words), number))
    return root


def _tokens(line: str) -> Iterator[tuple[str, bool]]:
    """(word, whether it is a brace). `!` and `#` begin a comment outside of quotes."""
    for found in _WORD.finditer(line):
        double, single, brace, plain = found.groups()
        if brace is not None:
            yield brace, True
        elif plain is not None:
            if plain[0] in "!#":
                return
            yield plain, False
        else:
            yield (double if double is not None else single) or "", False
