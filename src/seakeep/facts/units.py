"""State of the systemd units that a design names or the inventory lists, and the stamps of what they started with."""

import shlex
from dataclasses import dataclass

from seakeep.facts.base import Ask, Fact
from seakeep.facts.inventory import LISTED_UNITS

STAMPS = "/var/lib/seakeep/units"
"""One file per unit: the digest of everything the unit read when Seakeep last started it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitState:
    """systemd's own words. `drop_ins` are override files; `stamp` is '' where Seakeep never started the unit.

    `runs` is the program of its main process, as the kernel names it: a file that was replaced since has ` (deleted)`
    behind it. '' where there is none. `other_command`: the process was started with other words than the unit file
    that systemd has loaded gives it; told of Seakeep's programs that the unit file starts itself.
    """

    load: str
    active: str
    sub: str
    enabled: str
    fragment: str
    drop_ins: tuple[str, ...]
    needs_reload: bool
    stamp: str = ""
    runs: str = ""
    other_command: bool = False


_PROPERTIES = "Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,NeedDaemonReload"


_PROCESS = """\
told() {
  [ "$p" != 0 ] && e=$(readlink "/proc/$p/exe") || return
  case $e in */systemd | */systemd-executor) return ;; esac
  echo "Runs=$e"
  case $w in *[\\"\\'\\\\\\$]*) return ;; /opt/seakeep/bin/*) ;; *) return ;; esac
  [ "$(tr '\\0' ' ' <"/proc/$p/cmdline")" = "$w " ] || echo Command=other
}
p=0 w=
while IFS= read -r l; do
  case $l in
    MainPID=*) p=${l#MainPID=} ;;
    ExecStart=*) w=${l#*argv\\[\\]=}; w=${w%% ; ignore_errors=*} ;;
    '') told; p=0 w=; echo ;;
    *) printf '%s\\n' "$l" ;;
  esac
done
told
"""
"""Adds to each block what its process is. The process's number stays out: it would make every plan stale."""


def script(ask: Ask) -> str:
    """One systemctl for all units, what their processes run, then the stamps."""
    if not ask.units:
        return "true"
    names = " ".join(shlex.quote(unit) for unit in sorted(ask.units))
    return (
        f"set -- {names}\n"
        f'set -- "$@" $({LISTED_UNITS})\n'
        f'systemctl show -p {_PROPERTIES},MainPID,ExecStart -- "$@" | (\n{_PROCESS})\n'
        f'for u do [ -f {STAMPS}/$u ] && echo "stamp:$u=$(cat {STAMPS}/$u)"; done; true\n'
    )


def parse(output: bytes) -> dict[str, UnitState]:
    """unit -> state. ValueError where a block has no Id, or a list a quote that does not end."""
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
            drop_ins=_paths(block.get("DropInPaths", "")),
            needs_reload=block.get("NeedDaemonReload") == "yes",
            stamp=stamps.get(block["Id"], ""),
            runs=block.get("Runs", ""),
            other_command=block.get("Command") == "other",
        )
    return states


def _paths(text: str) -> tuple[str, ...]:
    """systemd puts those into quotes that need it; a shell's parser is slow, and hardly ever needed."""
    return tuple(shlex.split(text) if set(text) & {'"', "'", "\\"} else text.split())


FACT: Fact[dict[str, UnitState]] = Fact(id="units", script=script, parse=parse)
