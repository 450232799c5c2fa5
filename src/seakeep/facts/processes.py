"""Command lines of the Kubernetes programs that run on a machine."""

from seakeep.facts.base import Ask, Fact

PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "etcd")

_SCRIPT = """\
for p in /proc/[0-9]*; do
  IFS= read -r c <"$p/comm" || continue
  case $c in NAMES) ;; *) continue ;; esac
  printf 'P %s\\n' "${p#/proc/}"
  tr '\\0' '\\n' <"$p/cmdline" | sed 's/^/W /'
done
true
"""

_COMM = 15
"""The kernel keeps this many characters of a program's name."""


def script(ask: Ask) -> str:
    """Words of each, a line a word. Pods' processes are seen too: a static pod's API server is one."""
    del ask
    return _SCRIPT.replace("NAMES", "|".join(dict.fromkeys(name[:_COMM] for name in PROGRAMS)))


def parse(output: bytes) -> tuple[tuple[str, ...], ...]:
    """The words of each process. ValueError on lines of another shape."""
    found: list[list[str]] = []
    for line in output.decode("utf-8", "replace").split("\n"):
        if line.startswith("P "):
            found.append([])
        elif line.startswith("W ") and found:
            found[-1].append(line[2:])
        elif line:
            raise ValueError(f"not a word of a command line: {line[:80]!r}")
    named = (tuple(words) for words in found if words)
    return tuple(words for words in named if words[0].rpartition("/")[2] in PROGRAMS)


FACT: Fact[tuple[tuple[str, ...], ...]] = Fact(id="processes", script=script, parse=parse, volatile=True)
