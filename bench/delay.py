"""Passes connections on to a relay as if it were some milliseconds away.

python -m bench.delay PORT RELAY_PORT MILLISECONDS
"""

from __future__ import annotations

import asyncio
import sys


async def main(port: int, relay: int, seconds: float) -> None:
    """Serves until it is ended; each octet takes half of the time in either direction."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", relay)
        await asyncio.gather(
            _pass_on(reader, back, seconds / 2), _pass_on(there, writer, seconds / 2)
        )

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
) -> None:
    loop = asyncio.get_running_loop()
    while data := await reader.read(65536):
        loop.call_later(seconds, writer.write, data)
    loop.call_later(seconds, writer.close)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 1000))
