"""DNS look-ups and a Service's answer, from inside a pod on every node.

A loop on the node enters the pod's own network and files and asks from there, so that neither the API nor a kubelet is
needed for it. Times are taken on the node and set against ours by the quickest line so far.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field

from seakeep.core.clock import Clock
from seakeep.core.errors import SeakeepError
from seakeep.design.model import Design, Machine
from seakeep.engine.guard import quote
from seakeep.experiments.history import Outcome, Sample
from seakeep.flows.session import Session
from seakeep.flows.storm.record import Recorder
from seakeep.flows.storm.scene import PORT
from seakeep.transport.channel import once

LIMIT = 2.0
"""Seconds that a look-up may take before it has failed."""

_LOOP_SECONDS = 3600


def script(design: Design, namespace: str) -> str:
    """Prints `BEGIN END STATUS TEXT` for each try, times in milliseconds; ends when the pod is gone."""
    name = quote(f"web.{namespace}.svc.{design.network.cluster_domain}.:80")
    # The bracket keeps the pattern from matching the shell that looks for it.
    return f"""p=$(pgrep -o -f 'netexec --http-por[t]={PORT}') || {{ echo 'the pod is not here' >&2; exit 3; }}
while [ -d /proc/$p ]; do
  b=$(date +%s%3N)
  e=$(timeout -k 1 {LIMIT:.0f} nsenter --target "$p" --net --mount --root --wd \\
    /agnhost connect {name} --timeout=1s 2>&1)
  s=$?
  echo "$b $(date +%s%3N) $s $e" || exit 0
  sleep 0.2
done
"""


@dataclass(slots=True)
class Lookups:
    """The loop of one node."""

    session: Session
    record: Recorder
    clock: Clock
    machine: Machine
    namespace: str
    _offset: float = field(default=float("inf"))

    async def run(self) -> None:
        """Until it is cancelled; begun again whenever it ends."""
        host = self.session.apart(self.machine.name)
        try:
            while True:
                # The machine may be gone for a while: what was not asked is no failure.
                with contextlib.suppress(SeakeepError):
                    await host.feed(
                        script(self.session.design, self.namespace),
                        once(b""),
                        what="look names up from a pod",
                        timeout=_LOOP_SECONDS,
                        on_line=self._keep,
                    )
                self._offset = float("inf")
                await self.clock.sleep(1.0)
        finally:
            await asyncio.shield(host.close())

    def _keep(self, line: str) -> None:
        parts = line.split(maxsplit=3)
        if len(parts) < 3 or not all(part.isdigit() for part in parts[:3]):
            return
        begin, end, status = int(parts[0]) / 1000, int(parts[1]) / 1000, int(parts[2])
        self._offset = min(self._offset, self.record.now - end)
        lookup, request, why = judged(status, parts[3] if len(parts) > 3 else "")
        name = self.machine.name
        moment = {"t": round(begin + self._offset, 4), "end": round(end + self._offset, 4), "target": name, "via": name}
        self.record.add(Sample(verb="lookup", outcome=lookup, why=why if lookup != "ok" else "", **moment))  # type: ignore[arg-type]
        if request is not None:
            self.record.add(Sample(verb="request", outcome=request, why=why if request != "ok" else "", **moment))  # type: ignore[arg-type]


def judged(status: int, text: str) -> tuple[Outcome, Outcome | None, str]:
    """(look-up, request to the Service, why) from what `agnhost connect` said. A try that ended by its deadline spent
    it on the look-up: connecting has a shorter one of its own."""
    if status == 0:
        return "ok", "ok", ""
    if text.startswith("DNS"):
        return "refused", None, text
    if status in (124, 137):
        return "refused", None, f"no answer within {LIMIT:g} s"
    if text.startswith(("TIMEOUT", "REFUSED", "OTHER")):
        return "ok", "refused", text
    return "unseen", None, text or f"ended with {status}"
