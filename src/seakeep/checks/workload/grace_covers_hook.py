"""A container has time left when its preStop hook is done.

What: a preStop hook that sleeps (lifecycle.preStop.sleep, or a command that is sleep N) takes less than
terminationGracePeriodSeconds, which is 30 unless it is given. Why: the grace period runs from the beginning of the
hook; when the hook uses it up, the process is killed with its connections open. Evidence: both numbers. Fix: a grace
period of the sleep plus what the process needs.
"""

import re

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, number, texts
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD069",
    title="the grace period is longer than the hook",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="raise terminationGracePeriodSeconds above the hook",
    references=("https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/",),
)


SLEEP = re.compile(r"sleep (\d{1,6})(?![.\d])")


def judge(container: Container, _: Index) -> Answer:
    """Only what a reader can tell to take so long."""
    if "lifecycle" not in container.body:
        return None
    hook = mapping(container.body, "lifecycle", "preStop")
    seconds = number(hook, "sleep", "seconds")
    if seconds is None:
        match = SLEEP.search(" ".join(texts(hook, "exec", "command")))
        if match is None:
            return None
        seconds = int(match[1])
    given = number(container.pod.spec, "terminationGracePeriodSeconds")
    grace = 30 if given is None else given
    if seconds < grace:
        return None
    message = f"container {container.name} sleeps for {seconds} s and is killed after {grace} s"
    return bad(message, container.at("lifecycle", "preStop"), sleep=seconds, grace=grace)
