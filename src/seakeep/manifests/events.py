"""YAML by the C parser's events: slower than `fast`, and right about everything that YAML may say.

Nothing costs more than its size: aliases share what they name, and are refused where they would unfold without end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from seakeep.core.json import Json
from seakeep.manifests.access import MAX_DEPTH, Path
from seakeep.manifests.scalars import resolve

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_UNFOLDED = 1_000_000
"""Values that aliases may unfold to in one document."""


class UnreadableError(Exception):
    """It cannot be read on. `line` is 1-based."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(slots=True)
class Read:
    """One document. `lines` maps paths to 1-based lines; `twice` are fields that are given twice (path, line)."""

    data: Json
    line: int
    lines: dict[Path, int]
    twice: list[tuple[Path, int]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Node:
    line: int
    value: Json = None
    items: "list[_Node] | None" = None
    pairs: "list[tuple[_Node, _Node]] | None" = None
    size: int = 1
    """Values that it unfolds to."""


def read_events(text: str, first_line: int = 1) -> Iterator[Read]:
    """The documents of a stream, one after the other. UnreadableError where it is no YAML; those before were given."""
    offset = first_line - 1
    try:
        events = iter(yaml.parse(text, Loader=LOADER))
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                node = _composed(events, offset)
                made = Read(None, node.line, {})
                made.data = _built(node, (), made)
                yield made
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line + 1 if mark else 1) + offset
        raise UnreadableError(line, error.problem or "it is no YAML") from error
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        raise UnreadableError(text[:position].count("\n") + 1 + offset, "a control character stands here") from error


def _composed(events: Iterator[yaml.Event], offset: int) -> _Node:
    anchors: dict[str, _Node] = {}
    stack: list[_Node] = []
    keys: list[_Node | None] = []
    root: _Node | None = None
    for event in events:
        line = (event.start_mark.line + 1 if event.start_mark else 1) + offset
        if isinstance(event, yaml.DocumentEndEvent):
            break
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            done = stack.pop()
            keys.pop()
            if stack:
                stack[-1].size += done.size
            continue
        node = _node(event, line, anchors, stack)
        if not stack:
            root = node
        else:
            parent = stack[-1]
            _attach(parent, keys, node)
            if not isinstance(event, yaml.CollectionStartEvent):
                parent.size += node.size
            if parent.size > MAX_UNFOLDED:
                raise UnreadableError(line, "aliases unfold into too many values")
        if isinstance(event, yaml.CollectionStartEvent):
            if len(stack) >= MAX_DEPTH:
                raise UnreadableError(line, f"fields are nested more than {MAX_DEPTH} deep")
            stack.append(node)
            keys.append(None)
    assert root is not None
    return root


def _attach(parent: _Node, keys: list[_Node | None], node: _Node) -> None:
    if parent.items is not None:
        parent.items.append(node)
        return
    assert parent.pairs is not None
    key = keys[-1]
    if key is None:
        keys[-1] = node
    else:
        parent.pairs.append((key, node))
        keys[-1] = None


def _node(event: yaml.Event, line: int, anchors: dict[str, _Node], stack: list[_Node]) -> _Node:
    if isinstance(event, yaml.AliasEvent):
        target = anchors.get(str(event.anchor))
        if target is None:
            raise UnreadableError(line, f"*{event.anchor} is not defined above")
        if any(target is each for each in stack):
            raise UnreadableError(line, f"*{event.anchor} contains itself")
        return target
    if isinstance(event, yaml.SequenceStartEvent):
        node = _Node(line, items=[])
    elif isinstance(event, yaml.MappingStartEvent):
        node = _Node(line, pairs=[])
    else:
        assert isinstance(event, yaml.ScalarEvent)
        node = _Node(line, value=_scalar(event))
    anchor = getattr(event, "anchor", None)
    if anchor is not None:
        anchors[anchor] = node
    return node


def _scalar(event: yaml.ScalarEvent) -> Json:
    if event.tag == "tag:yaml.org,2002:str" or not (event.implicit[0] or event.tag):
        return str(event.value)
    if event.style:
        return str(event.value)
    return resolve(event.value)


def _built(node: _Node, path: Path, made: Read) -> Json:
    made.lines.setdefault(path, node.line)
    if node.items is not None:
        return [_built(item, (*path, number), made) for number, item in enumerate(node.items)]
    if node.pairs is None:
        return node.value
    found: dict[str, Json] = {}
    merged: list[_Node] = []
    for key_node, value_node in node.pairs:
        if key_node.items is not None or key_node.pairs is not None:
            raise UnreadableError(key_node.line, "a field's name is a list or a mapping")
        key = key_node.value if isinstance(key_node.value, str) else _name(key_node.value)
        if key == "<<":
            merged.append(value_node)
            continue
        where = (*path, key)
        if key in found:
            made.twice.append((where, key_node.line))
        made.lines[where] = key_node.line
        found[key] = _built(value_node, where, made)
    for each in merged:
        _merge(each, path, made, found)
    return found


def _merge(node: _Node, path: Path, made: Read, into: dict[str, Json]) -> None:
    for source in node.items if node.items is not None else [node]:
        if source.pairs is None:
            raise UnreadableError(source.line, "<< merges something that is no mapping")
        built = _built(source, path, made)
        assert isinstance(built, dict)
        for key, value in built.items():
            into.setdefault(key, value)


def _name(value: Json) -> str:
    """A field's name that YAML takes for something else: `on:`, `404:`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)
