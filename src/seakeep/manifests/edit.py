"""Edits of a YAML document that keep its comments, its order and its style.

An edit changes only the lines of its field. After all of them the document is read again and must hold exactly what was
wanted; otherwise nothing is changed.
"""

import json
import re
from collections.abc import Sequence
from copy import deepcopy

import yaml

from seakeep.core.json import Json
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.change import Edit
from seakeep.manifests.events import LOADER, UnreadableError, read_events
from seakeep.manifests.scalars import resolve

_PLAIN = re.compile(r"[A-Za-z_/.][A-Za-z0-9_./-]*")


class CannotEditError(Exception):
    """The document is written in a way that is better edited by a person; the reason is the message."""


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The document with the edits. CannotEditError where that is not possible, or not safe."""
    wanted = _data(text)
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise CannotEditError("it uses aliases: a change in one place would be one in others")
    if text.lstrip()[:1] in {"{", "["}:
        raise CannotEditError("it is JSON")
    for edit in edits:
        wanted = applied(wanted, edit)
        text = _removed(text, edit.path) if edit.remove else _set(text, edit.path, edit.value)
    if _data(text) != wanted:
        raise CannotEditError("the change would not have meant what it should")
    return text


def _data(text: str) -> Json:
    try:
        reads = list(read_events(text))
    except UnreadableError as error:
        raise CannotEditError(f"line {error.line}: {error.message}") from error
    if len(reads) != 1 or reads[0].twice:
        raise CannotEditError("it is not one document with each field once")
    return reads[0].data


def applied(data: Json, edit: Edit) -> Json:
    """The data as the edit wants it. CannotEditError where its path leads nowhere."""
    made = deepcopy(data)
    node: Json = made
    for number, step in enumerate(edit.path[:-1]):
        if isinstance(node, dict) and isinstance(step, str):
            if node.get(step) is None:
                node[step] = [] if isinstance(edit.path[number + 1], int) else {}
            node = node[step]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            raise CannotEditError(f"there is no {dotted(edit.path)}")
    last = edit.path[-1]
    if isinstance(node, dict) and isinstance(last, str):
        if edit.remove:
            node.pop(last, None)
        else:
            node[last] = edit.value
    elif isinstance(node, list) and isinstance(last, int) and last <= len(node) and not edit.remove:
        node[last : last + 1] = [edit.value]
    else:
        raise CannotEditError(f"there is no {dotted(edit.path)}")
    return made


def _set(text: str, path: Path, value: Json) -> str:
    node, rest, key = _deepest(text, path)
    if not rest:
        return _replaced(text, node, value)
    for step in reversed(rest[1:]):
        value = [value] if isinstance(step, int) else {step: value}
    if _is_null(node):
        return _filled(text, node, key, {rest[0]: value} if isinstance(rest[0], str) else [value])
    if isinstance(node, yaml.MappingNode) and isinstance(rest[0], str):
        return _added(text, node, rest[0], value)
    if isinstance(node, yaml.SequenceNode) and rest[0] == len(node.value):
        return _appended(text, node, value)
    raise CannotEditError(f"{dotted(path)} has something else above it")


def _deepest(text: str, path: Path) -> tuple[yaml.Node, Path, yaml.Node | None]:
    """The node of the path that is there, what is missing below it, and the node of its name."""
    node = yaml.compose(text, Loader=LOADER)
    if node is None:
        raise CannotEditError("it is empty")
    key: yaml.Node | None = None
    for number, step in enumerate(path):
        if isinstance(node, yaml.MappingNode) and isinstance(step, str):
            found = next((pair for pair in node.value if _name(pair[0]) == step), None)
            if found is None:
                return node, path[number:], key
            key, node = found
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                return node, path[number:], key
            key, node = None, node.value[step]
        else:
            return node, path[number:], key
    return node, (), key


def _name(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        return ""
    if not node.style:
        value = resolve(node.value)
        return value if isinstance(value, str) else json.dumps(value)
    return str(node.value)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and resolve(node.value) is None


def _replaced(text: str, node: yaml.Node, value: Json) -> str:
    if _is_null(node) and node.start_mark.index == node.end_mark.index:
        return text[: node.start_mark.index] + " " + _flow(value) + text[node.start_mark.index :]
    if isinstance(node, yaml.ScalarNode) and node.style not in {"|", ">"}:
        return text[: node.start_mark.index] + _flow(value) + text[node.end_mark.index :]
    if isinstance(node, yaml.CollectionNode) and node.flow_style:
        return text[: node.start_mark.index] + _flow(value) + text[node.end_mark.index :]
    raise CannotEditError("a value over several lines would have to be replaced")


def _filled(text: str, node: yaml.Node, key: yaml.Node | None, value: Json) -> str:
    """A field that has no value gets one."""
    if key is None:
        raise CannotEditError("an empty item of a list would have to be filled")
    if node.start_mark.index != node.end_mark.index:
        text = text[: node.start_mark.index].rstrip(" ") + text[node.end_mark.index :]
    end = text.find("\n", key.end_mark.index)
    return _inserted(text, len(text) if end < 0 else end + 1, _block(value, key.start_mark.column + 2))


def _added(text: str, node: yaml.MappingNode, name: str, value: Json) -> str:
    if node.flow_style:
        return _into_flow(text, node, f"{_key(name)}: {_flow(value)}")
    column = node.value[0][0].start_mark.column
    return _inserted(text, _end_of(text, node), _block({name: value}, column))


def _appended(text: str, node: yaml.SequenceNode, value: Json) -> str:
    if node.flow_style:
        return _into_flow(text, node, _flow(value))
    return _inserted(text, _end_of(text, node), _block([value], node.start_mark.column))


def _into_flow(text: str, node: yaml.CollectionNode, added: str) -> str:
    if node.value:
        last = node.value[-1]
        last = last[1] if isinstance(last, tuple) else last
        return f"{text[: last.end_mark.index]}, {added}{text[last.end_mark.index :]}"
    inside = node.start_mark.index + 1
    return text[:inside] + added + text[inside:]


def _end_of(text: str, node: yaml.Node) -> int:
    """The start of the line after the last of the node. Comments that follow stay behind it."""
    last = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        below = last.value[-1]
        last = below[1] if isinstance(below, tuple) else below
    position = last.end_mark.index
    if isinstance(last, yaml.ScalarNode) and last.style in {"|", ">"}:
        # The mark of a literal block may lie behind empty lines and comments that do not belong to it.
        content = text[:position].rstrip("\n ")
        return min(len(text), len(content) + 1)
    if text[:position].endswith("\n"):
        return position
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def _inserted(text: str, position: int, lines: list[str]) -> str:
    before, after = text[:position], text[position:]
    if before and not before.endswith("\n"):
        before += "\n"
    return before + "".join(f"{line}\n" for line in lines) + after


def _removed(text: str, path: Path) -> str:
    node, rest, key = _deepest(text, path)
    if rest:
        return text
    parent, _, _ = _deepest(text, path[:-1])
    if key is None or not isinstance(parent, yaml.MappingNode):
        raise CannotEditError(f"{dotted(path)} stands in a list")
    if len(parent.value) == 1:
        raise CannotEditError(f"nothing would be left around {dotted(path)}")
    if parent.flow_style:
        # What stands between braces is written anew: commas belong to two fields at once.
        left = dig(_data(text), *path[:-1])
        assert isinstance(left, dict)
        rest_of = {name: value for name, value in left.items() if name != path[-1]}
        return text[: parent.start_mark.index] + _flow(rest_of) + text[parent.end_mark.index :]
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    if text[start : key.start_mark.index].strip(" "):
        raise CannotEditError(f"{dotted(path)} begins an item of a list")
    end = _end_of(text, node)
    return text[:start] + text[end:]


def _block(value: Json, column: int) -> list[str]:
    """The value as lines that start in the column."""
    margin = " " * column
    if isinstance(value, dict) and value:
        lines: list[str] = []
        for name, item in value.items():
            if _is_nested(item):
                lines += [f"{margin}{_key(name)}:", *_block(item, column + 2)]
            else:
                lines.append(f"{margin}{_key(name)}: {_flow(item)}")
        return lines
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            below = _block(item, column + 2)
            lines += [f"{margin}- {below[0][column + 2 :]}", *below[1:]]
        return lines
    return [margin + _flow(value)]


def _is_nested(value: Json) -> bool:
    """Whether it takes lines of its own: lists of scalars stand on one."""
    if isinstance(value, dict):
        return bool(value)
    return isinstance(value, list) and any(isinstance(each, dict | list) for each in value)


def _key(name: str) -> str:
    return name if _PLAIN.fullmatch(name) and resolve(name) == name else json.dumps(name)


def _flow(value: Json) -> str:
    """The value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)}: {_flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and resolve(value) == value else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
