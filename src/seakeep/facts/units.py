"""State of the systemd units that a design names or the inventory lists, and the stamps of what they started with."""

import shlex
from dataclasses import dataclass

from seakeep.facts.base import Ask, Fact
from seakeep.facts.inventory import LISTED_UNITS

STAMPS = "/var/lib/seakeep/units"
"""One file per unit: the digest of everything the unit read when Seakeep last started it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitState:
    """systemd's own words. `drop_ins` are override files; `stamp` is '' where Seakeep never started the unit."""

    load: str
    active: str
    sub: str
    enabled: str
    fragment: str
    drop_ins: tuple[str, ...]
    needs_reload: bool
    stamp: str = ""


_PROPERTIES = "Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,NeedDaemonReload"


def script(ask: Ask) -> str:
    """One systemctl for all units, then the stamps."""
    if not ask.units:
        return "true"
    names = " ".join(shlex.quote(unit) for unit in sorted(ask.units))
    return (
        f"set -- {names}\n"
        f'set -- "$@" $({LISTED_UNITS})\n'
        f'systemctl show -p {_PROPERTIES} -- "$@"\n'
        f'for u do [ -f {STAMPS}/$u ] && echo "stamp:$u=$(cat {STAMPS}/$u)"; done; true\n'
    )


def parse(output: bytes) -> dict[str, UnitState]:
    """unit -> state. ValueError where a block has no Id."""
    stamps: dict[str, str] = {}
    blocks: list[dict[str, str]] = [{}]
    for line in output.decode("utf-8", "replace").splitlines():
        if line.startswith("stamp:"):
            unit, _, stamp = line.removeprefix("stamp:").partition("=")
            stamps[unit] = stamp.strip()
        elif not line.strip():
            blocks.append({})
        else:
            key, _, value = line.partition("=")
            blocks[-1][key] = value
    states: dict[str, UnitState] = {}
    for block in blocks:
        if not block:
            continue
        if "Id" not in block:
            raise ValueError("a block of systemctl show has no Id")
        states[block["Id"]] = UnitState(
            load=block.get("LoadState", ""),
            active=block.get("ActiveState", ""),
            sub=block.get("SubState", ""),
            enabled=block.get("UnitFileState", ""),
            fragment=block.get("FragmentPath", ""),
            drop_ins=tuple(block.get("DropInPaths", "").split()),
            needs_reload=block.get("NeedDaemonReload") == "yes",
            stamp=stamps.get(block["Id"], ""),
        )
    return states


FACT: Fact[dict[str, UnitState]] = Fact(id="units", script=script, parse=parse)
