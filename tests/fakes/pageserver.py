"""Serves an Exporter's pages, one virtual minute further at each scrape; each line bears its virtual time."""

import re
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.fakes.vmagent import SLOW, each_minute


class PageServer:
    """pages: text pages, the next at each scrape, then none. begins: the first page's time; the next is a minute on.

    At SLOW the time stands still. off: no agent answers (503), as while the PC starts or ends.
    scrapes: how many pages were served. samples: how many samples the centre must get of them: of each page what goes
    each minute, and all else of those that were asked for at SLOW.
    """

    def __init__(self, pages: Sequence[str], begins: float) -> None:
        self._pages, self._begins = pages, begins
        self._lock = threading.Lock()
        self._minutely = each_minute()
        self._slowly: set[int] = set()
        self.off = False
        self.scrapes = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                number = outer._next(slow=self.path == SLOW)
                body = b"" if number is None else outer._page(number)
                self.send_response(200 if body else 503)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    outer._not_taken(number, slow=self.path == SLOW)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def samples(self) -> int:
        with self._lock:
            minutely = sum(self._count(number, minutely=True) for number in range(self.scrapes))
            return minutely + sum(self._count(number, minutely=False) for number in self._slowly)

    def _count(self, number: int, *, minutely: bool) -> int:
        names = (re.split("[{ ]", line, maxsplit=1)[0] for line in self._lines(number))
        return sum((self._minutely.fullmatch(name) is not None) is minutely for name in names)

    def _lines(self, number: int) -> list[str]:
        return [line for line in self._pages[number].splitlines() if not line.startswith("#")]

    def _page(self, number: int) -> bytes:
        stamp = round((self._begins + 60 * number) * 1000)
        return "".join(f"{line} {stamp}\n" for line in self._lines(number)).encode()

    def _not_taken(self, number: int | None, *, slow: bool) -> None:
        """Who asked did not wait for the answer."""
        with self._lock:
            if slow and number is not None:
                self._slowly.discard(number)
            elif number is not None:
                self.scrapes -= 1

    def _next(self, *, slow: bool) -> int | None:
        """The page that is to be served; None where there is none."""
        with self._lock:
            if self.off or (slow and not self.scrapes) or (not slow and self.scrapes == len(self._pages)):
                return None
            if slow:
                self._slowly.add(self.scrapes - 1)
            else:
                self.scrapes += 1
            return self.scrapes - 1
