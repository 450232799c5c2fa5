"""Trying a TLS handshake that should fail."""

import asyncio
import ssl
from pathlib import Path

_LIMIT = 5.0


async def speaks_tls_1_1(socket: Path) -> bool | None:
    """Whether the server behind the socket accepts TLS 1.1 or older; None where it could not be asked.

    Nothing is sent after the handshake, and nobody's certificate is looked at: only the version matters here.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        # Our own library refuses old versions at its usual level, and the question is whether the server does.
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    except (ssl.SSLError, ValueError):
        return None
    try:
        async with asyncio.timeout(_LIMIT):
            _, writer = await asyncio.open_unix_connection(str(socket), ssl=context, server_hostname="kubernetes")
    except ssl.SSLError:
        return False
    except (OSError, TimeoutError):
        return None
    writer.close()
    return True
