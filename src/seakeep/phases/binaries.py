"""Programs of every component, side by side by version. The links that choose one belong to what runs them."""

import shlex
from collections.abc import Iterable, Iterator, Mapping

from seakeep.artifacts.common import BIN
from seakeep.engine.model import PlaceBinaries, Script, Step
from seakeep.facts import program_modes, programs
from seakeep.facts.program_modes import Loose
from seakeep.phases import wanted
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer

PHASE = Phase("binaries", "Programs", "machine")


def plan(context: PlanContext) -> Iterator[Step]:
    """A step for each component with a missing or wrong program, and one for what others could write to."""
    release = context.design.release
    for machine in context.machines:
        facts = context.facts[machine.name]
        comparer = Comparer(PHASE.id, facts, context.resolve)
        found = facts.get(programs.FACT)
        arch = context.traits(machine).arch
        kept = {programs.ROOT, BIN}
        for component, names in wanted.programs(machine).items():
            version = release.component(component)
            digests = context.programs.digests(component, version, arch)
            folder = f"{programs.ROOT}/{component}/{version}"
            kept |= {f"{programs.ROOT}/{component}", folder}
            wrong = {name: found.get((component, version, name)) for name in names}
            wrong = {name: sha256 for name, sha256 in wrong.items() if sha256 != digests[name]}
            kept |= {f"{folder}/{name}" for name in names if name not in wrong}
            if wrong:
                why = "; ".join(
                    f"{name} {'is missing' if sha256 is None else f'is {sha256[:12]}, wanted {digests[name][:12]}'}"
                    for name, sha256 in sorted(wrong.items())
                )
                action = PlaceBinaries(component, version, tuple((name, digests[name]) for name in sorted(wrong)))
                yield comparer.step(component, action, why, what=f"place {component} {version}")
        loose = {path: each for path, each in facts.get(program_modes.FACT).items() if path in kept}
        if loose:
            what = "give programs back to root, for others to run only"
            yield comparer.step("modes", Script(_tightened(loose)), _why(loose), what=what)


def _why(loose: Mapping[str, Loose]) -> str:
    return "; ".join(
        f"{path} is {each.mode:04o}" + (f" and of user {each.uid}" if each.uid else "")
        for path, each in sorted(loose.items())
    )


def _tightened(paths: Iterable[str]) -> str:
    """Folders first. The manifest of `facts.programs` goes by the time of the last change: a program that still is what
    it says gets a new line, or it would be hashed by every plan from now on."""
    names = " ".join(shlex.quote(path) for path in sorted(paths))
    return f"""for p in {names}; do
  chown 0:0 -- "$p"
  chmod 0755 -- "$p"
  m=${{p%/*}}/.manifest n=${{p##*/}}
  [ -f "$p" ] && [ -f "$m" ] || continue
  h=$(sha256sum <"$p"); h=${{h%% *}}
  if awk -v n="$n" -v h="$h" '$5==n && $1==h {{f=1}} END {{exit !f}}' "$m"; then
    awk -v n="$n" '$5!=n' "$m" >"$m.seakeep-new"
    echo "$h $(stat -c '%s %i %Z' -- "$p") $n" >>"$m.seakeep-new"
    mv -fT -- "$m.seakeep-new" "$m"
  fi
done
"""
