"""The threads in which looks run: one that has finished waits for the next look, so that none is started each time."""

import queue
import threading
from collections.abc import Callable

_Job = tuple[Callable[[], None], str]


class Crew:
    """Starts work beside the caller. What hangs keeps its thread, and holds up nobody else."""

    def __init__(self) -> None:
        self._idle: list[queue.SimpleQueue[_Job]] = []
        """At most one: a waiting thread costs memory, and looks seldom fall together."""

    def start(self, work: Callable[[], None], name: str) -> None:
        """Begin this work, which must not raise, in a thread of this name. Raises RuntimeError when none can start."""
        try:
            self._idle.pop().put((work, name))
        except IndexError:
            threading.Thread(target=self._run, args=((work, name),), daemon=True).start()

    def _run(self, job: _Job) -> None:
        inbox: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        me = threading.current_thread()
        while True:
            work, me.name = job
            work()
            if self._idle:
                return
            me.name = "idle"
            del job, work  # what was looked at may be gone from the configuration by then
            self._idle.append(inbox)
            job = inbox.get()
