"""Between two looks: knocks at the office's own services, and calls for a look when one no longer lets us in."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

PAUSE_SECONDS = 3.0
"""With a second to confirm, a service that stops is in a letter within 5 s; a whole look so often costs a second of CPU
more per hour."""

_LEEWAY_SECONDS = 0.3
"""Looks come by chance a little sooner or later; this thread does not wake once more for that."""


def stand(are_there: Callable[[], bool], wake: Callable[[], None], looked: Callable[[], float]) -> Callable[[], None]:
    """Knock in a thread of its own, half-way between looks, until the function that comes back is called.

    looked: the monotonic time of the last look, which knocks as well. Raises RuntimeError where no thread can start.
    """
    over = threading.Event()

    def watch() -> None:
        pause = PAUSE_SECONDS
        while not over.wait(pause):
            pause = looked() + PAUSE_SECONDS - time.monotonic()
            if pause > _LEEWAY_SECONDS:
                continue
            pause = 2 * PAUSE_SECONDS
            with suppress(OSError):  # no sockets are left, say: the next look tells
                if not are_there():
                    wake()

    threading.Thread(target=watch, daemon=True, name="link-sentry").start()
    return over.set
