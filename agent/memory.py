"""Keeps the C library's heap small."""

import ctypes

_M_ARENA_MAX = -8
"""mallopt(3) of glibc."""


def one_heap() -> bool:
    """One heap for all threads; call it before the first is started. False where the C library has no such option.

    Looks run in threads that come and go, and glibc gives each a heap of its own, up to eight a core, which stay.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1))
    except (AttributeError, OSError, TypeError):
        return False
