"""`seakeep ssh MACHINE`: OpenSSH's own client, with the host key and the key that Seakeep uses."""

import asyncio
import os
import sys

from seakeep.core.errors import UsageError
from seakeep.core.meant import meant
from seakeep.flows.session import Session
from seakeep.transport.dial import DirectDialer, NetnsDialer


async def ssh(session: Session, machine: str, arguments: tuple[str, ...]) -> int:
    """The status of the remote command, or of the login. UsageError for a machine that the file does not have.

    A machine of a lab is reached from inside the lab's network namespace, which takes the same rights as the lab.
    """
    names = [each.name for each in session.design.machines]
    if machine not in names:
        raise UsageError(f"there is no machine {machine!r} in the file", hint=meant(machine, names))
    target, dialer = session.target(session.design.machine(machine))
    command = [
        "ssh",
        "-p",
        str(target.port),
        "-o",
        f"UserKnownHostsFile={target.known_hosts}",
        "-o",
        "StrictHostKeyChecking=yes",
    ]
    if target.key is not None:
        command += ["-i", str(target.key), "-o", "IdentitiesOnly=yes"]
    if sys.stdin.isatty() and not arguments:
        command.append("-t")
    command += ["--", f"{target.user}@{target.address}", *arguments]
    if isinstance(dialer, NetnsDialer):
        command = ["ip", "netns", "exec", dialer.namespace, *command]
    else:
        assert isinstance(dialer, DirectDialer)
    try:
        process = await asyncio.create_subprocess_exec(*command, env=dict(os.environ))
    except FileNotFoundError as error:
        raise UsageError(
            f"{error.filename} is not installed on this computer", hint="install the OpenSSH client"
        ) from None
    return await process.wait()
