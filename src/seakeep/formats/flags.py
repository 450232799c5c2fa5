"""Command lines of Kubernetes' programs: words to flags."""

from collections.abc import Iterable, Mapping

PROGRAMS = (
    "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "etcd",
)  # fmt: skip


def program_of(word: str) -> str:
    """The program that a command's first word starts; '' for one that is not Kubernetes'."""
    name = word.rpartition("/")[2]
    return name if name in PROGRAMS else ""


def parse(words: Iterable[str]) -> Mapping[str, tuple[str, int]]:
    """Flag, without its dashes, to its value and the position of its word. The last one of a name counts; a flag
    without a value is `true`."""
    found: dict[str, tuple[str, int]] = {}
    pending = ""
    for position, word in enumerate(words):
        if word.startswith("-") and len(word.lstrip("-")) > 0:
            name, equals, value = word.lstrip("-").partition("=")
            found[name] = (value if equals else "true", position)
            pending = "" if equals else name
        elif pending:
            found[pending] = (word, position)
            pending = ""
    return found


def joined(text: str) -> list[tuple[int, str]]:
    """The lines of a unit file or script with their 1-based numbers; one that ends in a backslash is continued."""
    made: list[tuple[int, str]] = []
    start, collected = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if not collected:
            start = number
        if line.rstrip().endswith("\\"):
            collected += line.rstrip()[:-1] + " "
            continue
        made.append((start, collected + line))
        collected = ""
    if collected:
        made.append((start, collected))
    return made
