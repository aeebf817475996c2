"""One instance per thread, for what belongs to the thread that opened it."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Holder(Generic[T]):
    """Gives its instance back when its thread ends: a thread drops its local values in that thread itself."""

    def __init__(self, instance: T, give_back: Callable[[T], None]) -> None:
        self.instance = instance
        self._give_back = give_back

    def __del__(self) -> None:
        self._give_back(self.instance)


class PerThread(Generic[T]):
    """Call it for the calling thread's own instance; make() runs at the first call, give_back() when it ends.

    Example: PerThread(lambda: Ledger.open(path, check=False), Ledger.shut).
    """

    def __init__(self, make: Callable[[], T], give_back: Callable[[T], None]) -> None:
        self._make = make
        self._give_back = give_back
        self._local = threading.local()

    def __call__(self) -> T:
        """The calling thread's instance. Raises what make() raises, and tries again at the next call."""
        holder: _Holder[T] | None = getattr(self._local, "holder", None)
        if holder is None:
            holder = self._local.holder = _Holder(self._make(), self._give_back)
        return holder.instance
