"""Rewrites objects to the version that takes the place of theirs, where fields map one to one.

Defaults that changed between the versions are written out, so that the object goes on meaning what it meant. What
only a person can decide is said, and so is everything that the new version has no place for.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

from seakeep.checks.api.rewrites import REWRITES, Decision
from seakeep.checks.base import put
from seakeep.checks.schema.fields import compare
from seakeep.core.json import Json, JsonObject
from seakeep.manifests.change import Edit
from seakeep.manifests.edit import applied
from seakeep.manifests.model import Manifest
from seakeep.versions.apis import Lifecycle, Minor, lifecycle, successor
from seakeep.versions.schema import nearest


@dataclass(frozen=True, slots=True)
class Conversion:
    """What becomes of an object. `to` is the apiVersion that it has afterwards; empty where nothing takes the place of
    its version. `decisions` are what was not, or could not be, decided here."""

    manifest: Manifest
    to: str
    edits: tuple[Edit, ...]
    decisions: tuple[Decision, ...]

    @property
    def complete(self) -> bool:
        """Whether the object is right once the edits are made."""
        return bool(self.to) and not any(each.must for each in self.decisions)


def convert(manifest: Manifest, minor: Minor) -> Conversion | None:
    """None for what the minor serves and does not deprecate, and for types that are not Kubernetes' own."""
    known = lifecycle(manifest.api_version, manifest.kind)
    if known is None or not _outdated(known, minor):
        return None
    place = successor(known, minor)
    if place is None:
        if known.served(minor):
            return None
        why = _NOTHING.get(manifest.kind, f"nothing takes the place of {manifest.api_version} {manifest.kind}")
        return Conversion(manifest, "", (), (Decision(why, ("apiVersion",)),))
    to, kind = place
    if kind != manifest.kind:
        why = f"{to} {kind} takes its place, and is built in another way"
        return Conversion(manifest, "", (), (Decision(why, ("kind",)),))
    edits = [put(("apiVersion",), to)]
    decisions: list[Decision] = []
    rewrite = REWRITES.get(manifest.kind)
    for each in rewrite(manifest, to) if rewrite is not None else ():
        if isinstance(each, Edit):
            edits.append(each)
        else:
            decisions.append(each)
    decisions += _left_over(manifest, edits, minor)
    return Conversion(manifest, to, tuple(edits), tuple(decisions))


def _outdated(known: Lifecycle, minor: Minor) -> bool:
    return not known.served(minor) or (known.deprecated is not None and known.deprecated <= minor)


def _left_over(manifest: Manifest, edits: Sequence[Edit], minor: Minor) -> Iterator[Decision]:
    """What the schema of the new version finds wrong with the result."""
    body = result(manifest, edits)
    shape = nearest(minor).shape(str(body.get("apiVersion")), manifest.kind)
    for fault in compare(body, shape) if shape is not None else ():
        yield Decision(fault.message, fault.path)


def result(manifest: Manifest, edits: Sequence[Edit]) -> JsonObject:
    """The object with the edits."""
    body: Json = deepcopy(dict(manifest.body))
    for edit in edits:
        body = applied(body, edit)
    assert isinstance(body, dict)
    return body


_NOTHING = {
    "PodSecurityPolicy": "nothing takes its place: Pod Security labels on namespaces refuse most of what it refused,"
    " admission policies the rest, and nothing fills fields in",
    "PodPreset": "nothing takes its place: mutating admission policies can do what it did",
    "ClusterCIDR": "nothing takes its place: nodes get pod ranges from the controller manager or the network plugin",
    "AuditSink": "nothing takes its place: the audit webhook is configured with --audit-webhook-config-file",
}
