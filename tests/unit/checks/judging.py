"""Checks asked about small folders of manifests."""

import textwrap
from types import ModuleType

from seakeep.checks.engine import Engine, Judged, Tally
from seakeep.checks.files.forms import form_of
from seakeep.core.verdict import Verdict
from seakeep.manifests.access import dotted
from seakeep.manifests.index import Index, Policy, Trouble
from seakeep.manifests.read import read_text

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1.2
"""
"""A Deployment that says as little as it may."""


def index_of(*texts: str, file: str = "folder/all.yaml", policy: Policy | None = None) -> Index:
    """The index of the texts, each a stream of YAML documents. All of it must be readable."""
    loaded = [read_text(textwrap.dedent(each), file) for each in texts]
    assert [problem for each in loaded for problem in each.problems if problem.trouble is not Trouble.TWICE] == []
    files = [file for each in loaded for file in each.files]
    for each in files:
        each.form = form_of(each)
    return Index((manifest for each in loaded for manifest in each.manifests), policy=policy, files=files)


def ask(module: ModuleType, *texts: str, policy: Policy | None = None) -> list[Judged]:
    """What one check says about the texts, passes left out."""
    return Engine([module], index_of(*texts, policy=policy)).run().said


def tally(module: ModuleType, *texts: str, policy: Policy | None = None) -> Tally:
    """The answers of one check by verdict."""
    return Engine([module], index_of(*texts, policy=policy)).run().tallies[module.CHECK.id]


def failures(module: ModuleType, *texts: str, policy: Policy | None = None) -> list[str]:
    """`path: message` of each failure. Anything but PASS, FAIL and NOT_APPLICABLE is an error of the test."""
    said = ask(module, *texts, policy=policy)
    assert {each.note.verdict for each in said} <= {Verdict.FAIL}, said
    return [f"{dotted(each.note.path)}: {each.note.message}" for each in said]


def lines(module: ModuleType, *texts: str, policy: Policy | None = None) -> list[int]:
    """The line of each failure."""
    return [each.about.line(each.note.path) for each in ask(module, *texts, policy=policy) if each.about is not None]
