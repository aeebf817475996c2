"""Looks run beside the loop, in threads that wait for the next."""

import queue
import threading

from agent.crew import Crew

SECONDS = 10


def told(crew: Crew, name: str = "look") -> tuple[int, str]:
    """Which thread did some work, and under which name."""
    found: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
    crew.start(lambda: found.put((threading.get_ident(), threading.current_thread().name)), name)
    return found.get(timeout=SECONDS)


def wait_until_idle(crew: Crew) -> None:
    thread = next(t for t in threading.enumerate() if t._target == crew._run)  # type: ignore[attr-defined] # whose it is
    while not crew._idle:
        thread.join(0.001)


def test_one_thread_does_one_look_after_the_other_and_bears_its_name() -> None:
    crew = Crew()
    first, name = told(crew, "look-printer")
    assert name == "look-printer"
    wait_until_idle(crew)
    assert told(crew, "look-scanner") == (first, "look-scanner")


def test_what_hangs_holds_nobody_up() -> None:
    crew, over = Crew(), threading.Event()

    def hang() -> None:
        over.wait(SECONDS)

    crew.start(hang, "look-hanging")
    assert told(crew)[1] == "look"
    over.set()


def test_of_many_that_ran_together_one_waits_for_more() -> None:
    crew, over = Crew(), threading.Event()
    gathered = threading.Barrier(9)

    def work() -> None:
        gathered.wait(SECONDS)
        over.wait(SECONDS)

    for number in range(8):
        crew.start(work, f"look-{number}")
    gathered.wait(SECONDS)
    ours = [thread for thread in threading.enumerate() if thread.name.startswith("look-")]
    assert len(ours) == 8
    over.set()
    for thread in ours:
        thread.join(0.2)
    assert sum(thread.is_alive() for thread in ours) == len(crew._idle) == 1
