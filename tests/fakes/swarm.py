"""Many agents in one light process: python -m tests.fakes.swarm FOLDER prints its port and serves until it is ended.

/AGENT/metrics gets one of the pages in FOLDER (*.page, as Exporters wrote them), the next at each scrape, compressed as
an agent does it for other computers. One thread, no TLS: what is measured is who asks.
"""

import asyncio
import gzip
import sys
from collections import Counter
from pathlib import Path


def answers(folder: Path) -> list[bytes]:
    """Every page as an HTTP answer."""
    made = []
    for file in sorted(folder.glob("*.page")):
        body = gzip.compress(file.read_bytes(), 6, mtime=0)
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
            f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


class Agents(asyncio.Protocol):
    """One connection; Prometheus keeps one for each target."""

    def __init__(self, made: list[bytes], scrapes: Counter[bytes]) -> None:
        self._made, self._scrapes = made, scrapes
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            agent = request.split(b"/", 2)[1]
            self._scrapes[agent] += 1
            number = (int(agent) + self._scrapes[agent]) % len(self._made)
            self._transport.write(self._made[number])


async def main(folder: Path) -> None:
    """Serve."""
    made, scrapes = answers(folder), Counter[bytes]()
    server = await asyncio.get_running_loop().create_server(lambda: Agents(made, scrapes), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - what the parent waits for
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
