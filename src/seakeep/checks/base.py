"""What a check is, what it may look at, and how it answers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from seakeep.core.errors import MachineError
from seakeep.core.finding import REVIEW, Finding, Severity
from seakeep.core.json import Json
from seakeep.core.verdict import Verdict
from seakeep.manifests.access import Path
from seakeep.manifests.change import Edit
from seakeep.manifests.index import OperatorFile
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Role

if TYPE_CHECKING:  # a check of manifests must not wait for what only machines need
    from seakeep.design.known import Known, Replacing
    from seakeep.design.model import Design
    from seakeep.facts.base import FactSet
    from seakeep.facts.etcd import Membership
    from seakeep.facts.members import MemberChanges


class Scope(StrEnum):
    """What a check is about: the cluster's file, machines before an installation, Kubernetes objects (in files or
    served), files of another kind, or the living cluster."""

    DESIGN = "design"
    PREFLIGHT = "preflight"
    MANIFEST = "manifest"
    FILE = "file"
    LIVE = "live"


class Per(StrEnum):
    """What a manifest or file check's `judge` is called with, before the index.

    OBJECT     a Manifest of one of the check's `types` (`*` is every object)
    POD        the Pod of every object that makes pods, or of those of the check's `types`
    CONTAINER  each Container of such a pod whose role is among the check's `roles`
    INDEX      nothing else: it is called once, and its notes say what they are about
    FILE       an OperatorFile of one of the check's `forms`
    LIVE       what was read of the living cluster, instead of the index; its notes name their `subject`
    """

    OBJECT = "object"
    POD = "pod"
    CONTAINER = "container"
    INDEX = "index"
    FILE = "file"
    LIVE = "live"


ALL_ROLES = tuple(Role)
LONG_RUNNING = (Role.APP, Role.SIDECAR)
"""The containers that run beside each other for the life of a pod."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check's identity. `id` is written by hand and never used again for another.

    `types`, `roles` and `forms` choose what it is asked about (see Per). `needs` names the facts or API resources
    without which a live check is UNKNOWN. `references` are places that say why. `equivalents` are the ids of the same
    question in other tools, `tool:id` as in `cis-1.12:1.2.1`. `fixable` says that some of its failures have one right
    answer, which `--fix` writes.
    """

    id: str
    title: str
    severity: Severity
    since: str
    remediation: str
    scope: Scope
    per: Per = Per.OBJECT
    types: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ALL_ROLES
    forms: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    equivalents: tuple[str, ...] = ()
    fixable: bool = False

    def found(self, verdict: Verdict, message: str, *, where: str = "", severity: Severity | None = None) -> Finding:
        """A finding of this check about the machines."""
        return Finding(
            id=self.id,
            verdict=verdict,
            severity=severity or self.severity,
            title=self.title,
            message=message,
            remediation=self.remediation if verdict is not Verdict.PASS else "",
            where=where,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a check says when it is not simply satisfied.

    `path` leads to the field from the top of the object, and gives the line. `evidence` are the facts that the verdict
    rests on, by name. `about` is needed where `judge` was called with the index only, or where the finding is about
    another object; `subject` names what is no object (a machine). `fix` is only given where there is one right answer.
    `severity` and `remediation` replace the check's own.
    """

    message: str
    path: Path = ()
    verdict: Verdict = Verdict.FAIL
    evidence: Mapping[str, Json] | None = None
    about: Manifest | OperatorFile | None = None
    subject: str = ""
    fix: tuple[Edit, ...] = ()
    severity: Severity | None = None
    remediation: str = ""


MOOT = Note(message="the question does not arise", verdict=Verdict.NOT_APPLICABLE)
"""The answer of a check that does not apply to what it was asked about."""

Answer: TypeAlias = "Note | Iterable[Note] | None"
"""None is a pass. A generator that yields nothing is one too."""


def bad(message: str, path: Path = (), *, fix: tuple[Edit, ...] = (), **evidence: Json) -> Note:
    """It is not as it should be."""
    return Note(message=message, path=path, fix=fix, evidence=evidence or None)


def unsure(message: str, path: Path = (), **evidence: Json) -> Note:
    """It could not be told."""
    return Note(message=message, path=path, verdict=Verdict.UNKNOWN, evidence=evidence or None)


def hint(message: str, path: Path = ()) -> Note:
    """What a person may want to look at, and nobody can fail by."""
    return Note(message=REVIEW + message, path=path, verdict=Verdict.NOT_APPLICABLE)


def put(path: Path, value: Json) -> Edit:
    """Set a field."""
    return Edit(path, value)


def drop(path: Path) -> Edit:
    """Remove a field."""
    return Edit(path, remove=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The machines as they are. `fresh` are those on which Seakeep has installed nothing yet; `unreachable` those
    that did not answer, with the reason. `lab` says that the machines are containers on one computer. `formed` names
    the etcd members of the cluster when it was last seen whole; empty before. `known` is what the cluster was made of
    then, `membership` what etcd itself says now, `replacing` the machine whose member the user gave up, and
    `member_changes` what has to happen to the membership."""

    design: "Design"
    facts: "Mapping[str, FactSet]"
    fresh: frozenset[str]
    unreachable: Mapping[str, MachineError]
    lab: bool
    formed: frozenset[str] = frozenset()
    known: "Known | None" = None
    membership: "Membership | None" = None
    replacing: "Replacing | None" = None
    member_changes: "MemberChanges | None" = None


class CheckModule(Protocol):
    """The shape of a preflight check's file. Those of other scopes differ in what `judge` takes: see Per."""

    CHECK: Check

    @staticmethod
    def judge(fleet: Fleet) -> Iterator[Finding]:
        """One finding per machine, or one for the fleet."""
        ...
