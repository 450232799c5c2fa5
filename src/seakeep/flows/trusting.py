"""Those who trust the cluster's authority without being machines: pods, by what is published to them.

The controller manager writes what it trusts into the ConfigMap kube-root-ca.crt of every namespace; kubelets bring it
into the pods' volumes within about a minute. A program in a pod that reads it once, at its start, has to be started
again before API servers show a certificate of the next authority: Kubernetes' own client library does so up to 1.35.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from seakeep.core.clock import rfc3339
from seakeep.core.errors import RefusedError
from seakeep.engine.wait import await_until
from seakeep.flows import readiness
from seakeep.flows.restart import restart
from seakeep.flows.session import Session
from seakeep.state import rotation
from seakeep.state.rotation import Stage, trust_name
from seakeep.transport.api import ApiClient, ApiError, decoded

PUBLISH_LIMIT = 120.0
TOKEN_LIFE = timedelta(hours=1)
"""Service-account tokens in pods live an hour (the API server does not extend them) and are renewed by the kubelet
when a fifth of that is left."""

_PUBLISHED = ("rotation/cluster-trust-published", trust_name("cluster"))
_SIGNED = ("rotation/service-account-signed", rotation.SA_PUBLIC)
"""(where it is noted when, of which value): what has to be waited for counts from then. A note about another value, of
a rotation before, does not count."""


class _Meta(msgspec.Struct):
    name: str = ""
    namespace: str = ""


class _ConfigMap(msgspec.Struct):
    metadata: _Meta
    data: dict[str, str] = {}


class _ConfigMaps(msgspec.Struct):
    items: list[_ConfigMap]


class _Source(msgspec.Struct, rename="camel"):
    config_map: _Meta | None = None


class _Projected(msgspec.Struct):
    sources: list[_Source] | None = None


class _Volume(msgspec.Struct):
    projected: _Projected | None = None


class _PodSpec(msgspec.Struct):
    volumes: list[_Volume] = []


class _PodStatus(msgspec.Struct, rename="camel"):
    phase: str = ""
    start_time: str = ""


class Pod(msgspec.Struct):
    """What tells whether a pod may still trust only the previous authority."""

    metadata: _Meta
    spec: _PodSpec = msgspec.field(default_factory=_PodSpec)
    status: _PodStatus = msgspec.field(default_factory=_PodStatus)

    def older_than(self, moment: datetime) -> bool:
        """Whether it reads what is published, and started before."""
        if self.status.phase not in {"Running", "Pending"} or not self.status.start_time:
            return False
        reads = any(
            source.config_map is not None and source.config_map.name == "kube-root-ca.crt"
            for volume in self.spec.volumes
            for source in (volume.projected.sources if volume.projected else None) or ()
        )
        return reads and datetime.fromisoformat(self.status.start_time) < moment


class _Pods(msgspec.Struct):
    items: list[Pod]


async def settle(session: Session, names: Sequence[str]) -> None:
    """Wait until what the machines trust is published to pods, start our own pods anew with it, and note the time."""
    key = rotation.SERVICE_ACCOUNT
    signs = key in names and rotation.stage(session.state, key) is Stage.REISSUE
    if signs and _noted(session, _SIGNED) is None:
        _note(session, _SIGNED, session.clock.now())
    if "cluster" not in names:
        return
    async with session.api("admin") as clients:
        await _published(session, clients["admin"])
        if rotation.stage(session.state, "cluster") is Stage.TRUST and _noted(session, _PUBLISHED) is None:
            published = session.clock.now()
            await restart(session, clients["admin"], readiness.addons(session.design))
            _note(session, _PUBLISHED, published)


async def refuse_old_pods(session: Session) -> None:
    """RefusedError with the pods that started before the next authority was published. Ours have been replaced."""
    moment = _noted(session, _PUBLISHED)
    assert moment is not None
    async with session.api("admin") as clients:
        code, body = await clients["admin"].asked("/api/v1/pods")
    if code != 200:
        raise ApiError.of(code, body, "list pods")
    ours = tuple(f"{each.namespace}/{each.name}-" for each in readiness.addons(session.design))
    found = [
        pod
        for pod in decoded(body, _Pods, "list pods").items
        if pod.older_than(moment) and not f"{pod.metadata.namespace}/{pod.metadata.name}".startswith(ours)
    ]
    if not found:
        return
    listed = sorted(f"{pod.metadata.namespace}/{pod.metadata.name}" for pod in found)
    more = f" and {len(listed) - 10} more" if len(listed) > 10 else ""
    count = f"{len(listed)} pod{'s' if len(listed) > 1 else ''}"
    raise RefusedError(
        f"{count} started before {rfc3339(moment)}, when the next authority was published, and may not "
        f"trust it: {', '.join(listed[:10])}{more}; the rotation stays at trust",
        hint="start them again (`seakeep kubectl -- -n NAMESPACE rollout restart deployment`) and go on with the same "
        "command, or add --ignore-pods when they do not talk to the API or read the file again by themselves",
    )


def refuse_young_key(session: Session) -> None:
    """RefusedError while tokens that the previous service-account key signed may still be in use."""
    signed = _noted(session, _SIGNED)
    now = session.clock.now()
    if signed is not None and now - signed < TOKEN_LIFE:
        raise RefusedError(
            f"tokens signed with the previous service-account key are valid until {rfc3339(signed + TOKEN_LIFE)}; "
            "the rotation stays at reissue",
            hint="go on with the same command after that",
        )


async def _published(session: Session, api: ApiClient) -> None:
    stored = session.state.read(trust_name("cluster"))
    assert stored is not None
    wanted = stored.reveal().decode().strip()

    async def probe() -> str | None:
        code, body = await api.asked("/api/v1/configmaps?fieldSelector=metadata.name%3Dkube-root-ca.crt")
        if code != 200:
            return f"listing them answered {code}"
        found = decoded(body, _ConfigMaps, "list ConfigMaps").items
        old = [each.metadata.namespace for each in found if each.data.get("ca.crt", "").strip() != wanted]
        return f"still the previous one in {', '.join(sorted(old)[:5])}" if old or not found else None

    await await_until(
        "kube-root-ca.crt to be published",
        probe,
        timeout=PUBLISH_LIMIT,
        interval=1.0,
        clock=session.clock,
        progress=session.progress,
        subject="kube-root-ca.crt",
    )


def _note(session: Session, about: tuple[str, str], moment: datetime) -> None:
    name, value = about
    session.state.write(name, f"{rfc3339(moment)} {_digest(session, value)}".encode(), durable=True)


def _noted(session: Session, about: tuple[str, str]) -> datetime | None:
    name, value = about
    stored = session.state.read(name)
    moment, _, digest = stored.reveal().decode().partition(" ") if stored is not None else ("", "", "")
    return datetime.fromisoformat(moment).astimezone(UTC) if digest == _digest(session, value) else None


def _digest(session: Session, name: str) -> str:
    stored = session.state.read(name)
    assert stored is not None
    return stored.digest()
