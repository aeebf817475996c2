"""The demo's own pages: where everything is, what happens now, and the letters that came."""

import html
import threading
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.fakes.smtp import Arrived

_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>JagaLoket demo</title>
<meta name="viewport" content="width=device-width"><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2733}
a{color:#0b5cad}li{margin:.2rem 0}.old{color:#5b6b7a}pre{background:#f3f6f9;padding:1rem;overflow:auto}
iframe{width:100%;height:36rem;border:1px solid #c9d3dd}nav{margin-bottom:1rem}</style>
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:"


class Pages:
    """Serves the pages of a running demo on loopback. links: name and address of all that can be opened."""

    def __init__(
        self, links: Mapping[str, str], told: Callable[[], Sequence[str]], letters: Callable[[], Sequence[Arrived]]
    ) -> None:
        self._links, self._told, self._letters = links, told, letters
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, name="pages", daemon=True)

    @property
    def address(self) -> str:
        """Where they are."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, path: str) -> str | None:
        """One page; None where there is none."""
        if path == "/":
            return self._index()
        kind, _, number = path[1:].partition("/")
        letters = self._letters()
        if kind not in ("letter", "body") or not number.isdecimal() or int(number) >= len(letters):
            return None
        message = letters[int(number)].message
        return _html_part(message) if kind == "body" else _letter(message, number)

    def _index(self) -> str:
        links = "".join(
            f'<li><a href="{html.escape(url)}">{html.escape(name)}</a></li>' for name, url in self._links.items()
        )
        letters = list(enumerate(self._letters()))[::-1][:200]
        rows = "".join(
            f'<li><a href="/letter/{number}">{html.escape(str(one.message["Subject"]))}</a> '
            f'<span class="old">{html.escape(one.recipient)}</span></li>'
            for number, one in letters
        )
        told = html.escape("\n".join(self._told()[:20])) or "All is well. The first fault comes soon."
        return (
            f'{_HEAD}<meta http-equiv="refresh" content="5"><h1>Kantor Camat Medan Timur: a simulated office</h1>'
            f"<ul>{links}</ul><h2>What is played</h2><pre>{told}</pre>"
            f"<h2>Letters ({len(letters)})</h2><ul>{rows or '<li>none yet</li>'}</ul>"
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        page = self.page

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = page(self.path)
                body = (text if text is not None else "not here").encode()
                self.send_response(200 if text is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", _POLICY)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
                """Nobody reads this."""

        return Handler


def _letter(message: EmailMessage, number: str) -> str:
    heads = "".join(
        f"{html.escape(name)}: {html.escape(str(message[name]))}\n" for name in ("From", "To", "Date", "Subject")
    )
    plain = message.get_body(("plain",))
    text = html.escape(plain.get_content()) if plain is not None else ""
    return (
        f'{_HEAD}<nav><a href="/">back</a></nav><pre>{heads}</pre>'
        f'<iframe sandbox src="/body/{number}" title="letter"></iframe><h2>The same as text</h2><pre>{text}</pre>'
    )


def _html_part(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    return str(part.get_content()) if part is not None else "this letter is text only"
