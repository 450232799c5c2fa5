"""What actions are done with: SSH, the lab or the user's commands, and the API."""

from seakeep.experiments.base import ApiCall
from seakeep.flows.session import Session
from seakeep.flows.storm.perform import PowerCommands
from seakeep.transport.base import Host


class SessionHands:
    """perform.Hands with a session: SSH, the lab or the user's commands, and the endpoint."""

    def __init__(self, session: Session, power: PowerCommands) -> None:
        self._session = session
        self._power = power

    def host(self, name: str) -> Host:
        return self._session.host(name)

    async def power(self, name: str, on: bool) -> None:
        if self._session.design.lab is None:
            await self._power.switch(name, on)
        elif on:
            await self._session.lab.start(name, self._session.progress)
        else:
            await self._session.lab.kill(name)

    async def call(self, action: ApiCall) -> tuple[int, bytes]:
        async with self._session.api("admin") as clients:
            return await clients["admin"].raw(
                action.path,
                method=action.method,
                body=action.body.encode() if action.body else None,
                content_type=action.content_type,
            )
