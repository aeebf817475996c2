"""One instance per thread."""

import threading

import pytest

from agent.perthread import PerThread


def test_a_thread_keeps_its_own_and_gives_it_back_at_its_end() -> None:
    made: list[int] = []
    given_back: list[tuple[int, int]] = []

    def make() -> int:
        made.append(threading.get_ident())
        return threading.get_ident()

    mine = PerThread(make, lambda instance: given_back.append((instance, threading.get_ident())))

    def work() -> None:
        assert mine() == mine() == threading.get_ident()

    for _ in range(2):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert len(made) == 2
    assert given_back == [(thread, thread) for thread in made]


def test_what_could_not_be_made_is_tried_again() -> None:
    tries: list[int] = []

    def make() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise OSError
        return len(tries)

    mine = PerThread(make, lambda _: None)
    with pytest.raises(OSError, match=r"^$"):
        mine()
    assert mine() == 2
