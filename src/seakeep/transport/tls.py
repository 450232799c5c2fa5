"""Which certificate a server shows."""

import asyncio
import ssl
from pathlib import Path

from seakeep.core.errors import RunError
from seakeep.core.secret import Secret
from seakeep.transport.api import load_pair


async def shown(socket: Path, pair: tuple[Secret, Secret] | None, *, timeout: float) -> bytes:
    """The server's certificate, in DER. Whether it is to be trusted is not judged here: nothing is sent to the server
    but the handshake. `pair` is what the client shows, for servers that complain in their log about one that shows
    none. RunError where there is no handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if pair is not None:
        load_pair(context, *pair)
    try:
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_unix_connection(socket, ssl=context, server_hostname="kubernetes")
            try:
                shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            finally:
                writer.transport.abort()
    except TimeoutError as error:
        raise RunError(f"no handshake within {timeout:g} s") from error
    except (OSError, ssl.SSLError) as error:
        raise RunError(f"no handshake: {error.strerror or type(error).__name__}") from error
    if not shown:
        raise RunError("the server showed no certificate")
    assert isinstance(shown, bytes)
    return shown
