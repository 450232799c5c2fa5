"""Taking a machine out of the user's file, and putting one in, with everything else left as the user wrote it."""

from collections.abc import Iterator

import yaml

from seakeep.core.errors import UsageError

_BY_HAND = "edit the file by hand, then run `seakeep apply`: it does the same"


def without_machine(content: bytes, name: str) -> bytes:
    """The file without the machine's entry; as it is where it has none. UsageError for a list in a form that is not
    edited here."""
    machines = _machines(content)
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    for item in machines.value:
        if _name(item) == name:
            del lines[item.start_mark.line : _last_line(item) + 1]
            break
    return "".join(lines).encode()


def with_machine(content: bytes, fields: dict[str, str]) -> bytes:
    """The file with one more machine, behind the others. `fields` are values as YAML writes them, in order."""
    machines = _machines(content)
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    at = _last_line(machines) + 1
    if lines and not lines[at - 1].endswith("\n"):
        lines[at - 1] += "\n"
    entry = ", ".join(f"{key}: {value}" for key, value in fields.items())
    lines.insert(at, f"{' ' * machines.start_mark.column}- {{{entry}}}\n")
    return "".join(lines).encode()


def has_machine(content: bytes, name: str) -> bool:
    """Whether the file has a machine of that name."""
    return any(_name(item) == name for item in _machines(content).value)


def _machines(content: bytes) -> yaml.SequenceNode:
    try:
        node = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"the file cannot be edited: {error}", hint=_BY_HAND) from error
    for key in ("spec", "machines"):
        node = _value(node, key)
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
        raise UsageError("spec.machines is not a list with an entry on each line", hint=_BY_HAND)
    return node


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value == key:
                found: yaml.Node = value
                return found
    return None


def _name(item: yaml.Node) -> str | None:
    value = _value(item, "name")
    return value.value if isinstance(value, yaml.ScalarNode) else None


def _last_line(node: yaml.Node) -> int:
    """The last line that belongs to the node. The end of a block is where the next thing begins, so its own is that of
    the last piece in it."""
    return max(_ends(node))


def _ends(node: yaml.Node) -> Iterator[int]:
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        for child in node.value:
            for piece in child if isinstance(child, tuple) else (child,):
                yield from _ends(piece)
    else:
        end = node.end_mark
        # A literal block ends at the beginning of the line behind it.
        yield end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line
