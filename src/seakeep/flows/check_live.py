"""check --live: the cluster is read, tried, and judged."""

import asyncio
from collections.abc import Mapping

from seakeep.checks.live.base import Live, LivePod, Releases, Tried
from seakeep.core.errors import SeakeepError
from seakeep.facts.registry import AUDIT
from seakeep.flows.live_helm import read_releases
from seakeep.flows.live_proofs import prove_all
from seakeep.flows.live_read import RESOURCES, Served, machine_files, read_api
from seakeep.flows.live_requested import read_requested
from seakeep.flows.session import Session
from seakeep.manifests.index import Index, Policy, Problem, Trouble
from seakeep.manifests.read import Loaded

READ_LIMIT = 30.0
"""Seconds that one machine may take for its facts."""


async def read_live(session: Session, *, target: tuple[int, int], helm: bool = False) -> Live:
    """Machines and API side by side. What does not answer is missing from what is read, and told. With `helm` the
    Secrets that Helm keeps its releases in are read."""
    session.progress.stage("Read the cluster")
    (facts, errors), (served, proofs, releases), requested = await asyncio.gather(
        session.read(AUDIT, session.design.machines, timeout=READ_LIMIT),
        _from_api(session, helm=helm),
        read_requested(session),
    )
    return Live(
        design=session.design,
        facts=facts,
        unreachable={name: error.message for name, error in errors.items()},
        index=judged_by(served, machine_files(facts), target=target),
        unread=served.unread,
        proofs=proofs,
        now=session.clock.now(),
        lab=session.design.lab is not None,
        pods=_sorted(served.pods),
        requested=requested,
        releases=releases,
    )


def judged_by(served: Served, own: Loaded | None = None, *, target: tuple[int, int]) -> Index:
    """The API's objects and the machines' files. Each resource that could not be read is a problem with a name."""
    own = own or Loaded()
    unread = [Problem(f"api:{name}", 0, why, Trouble.UNREAD) for name, why in sorted(served.unread.items())]
    return Index(
        [*served.manifests, *own.manifests],
        policy=Policy(target=target, complete=not served.unread),
        files=own.files,
        problems=[*own.problems, *unread],
    )


async def _from_api(session: Session, *, helm: bool) -> tuple[Served, Mapping[str, Tried], Releases | None]:
    try:
        async with session.api("admin", "anonymous") as clients:
            served = await read_api(clients["admin"], sleep=session.clock.sleep)
            releases = await read_releases(clients["admin"], served.manifests, opened=helm)
            return served, await prove_all(session, clients), releases
    except SeakeepError as error:
        unread = dict.fromkeys(("pods", *(resource.plural for resource in RESOURCES)), error.message)
        return Served(unread=unread), {}, None


def _sorted(pods: list[LivePod]) -> tuple[LivePod, ...]:
    return tuple(sorted(pods, key=lambda pod: (pod.namespace, pod.name)))
