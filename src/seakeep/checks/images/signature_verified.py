"""What runs was signed by whom you expect, and something verifies it.

What: images that the run was told to be signed (`signed`: beginnings of their names) are matched by an admission
policy among the objects that verifies signatures: Kyverno's verifyImages or ImageValidatingPolicy, Sigstore's
ClusterImagePolicy, or Ratify. Where no such policy is among the objects, it may be elsewhere: UNKNOWN. Whether the
policy trusts the right key is for a person. Without a list nothing is asked. Why: who can write to the registry
otherwise decides what runs. Evidence: the image, and the policies that were looked at. Fix: a policy that verifies.
"""

from fnmatch import fnmatchcase

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad, unsure
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text, texts
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="IMG008",
    title="the signatures of images are verified",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="verify the signature with an admission policy",
    references=("https://docs.sigstore.dev/policy-controller/overview/",),
    equivalents=(
        "kubescape:C-0236",
        "kubescape:C-0237",
        "cis-1.12:5.5.1",
    ),
)


VERIFIERS = (
    "kyverno.io/ClusterPolicy", "kyverno.io/Policy", "policies.kyverno.io/ImageValidatingPolicy",
    "policy.sigstore.dev/ClusterImagePolicy", "config.ratify.deislabs.io/Verifier",
)  # fmt: skip


def judge(container: Container, index: Index) -> Answer:
    """By the patterns of all policies, gathered once."""
    image = container.image
    if not image or not any(image.startswith(each) for each in index.policy.signed):
        return MOOT
    patterns = index.once(verified)
    if any(fnmatchcase(image, each) for each in patterns):
        return None
    path = container.at("image")
    if patterns or index.policy.complete:
        return bad(f"no policy verifies the signature of {image}", path, patterns=list(patterns))
    return unsure(f"no policy that verifies the signature of {image} is among the objects", path)


def verified(index: Index) -> tuple[str, ...]:
    """Patterns of the images that any policy verifies."""
    found: set[str] = set()
    for policy in index.of(*VERIFIERS):
        for _, rule in mappings(policy.spec, "rules"):
            for _, each in mappings(rule, "verifyImages"):
                found.update(texts(each, "imageReferences"))
                found.update([text(each, "image")])
        for field in ("images", "matchImageReferences"):
            found.update(text(each, "glob") for _, each in mappings(policy.spec, field))
        if policy.kind == "Verifier":
            found.add("*")
    return tuple(sorted(found - {""}))
