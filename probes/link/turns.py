"""Whose turn it is: the counters of one office ask a service of others one after the other, not each by itself.

As an IGMP report or a multicast DNS answer keeps others from giving the same (RFC 2236 3, RFC 6762 7.4), so does the
word "asked" here; but instead of waiting by chance, who asked longest ago comes next, so that turns are fair and two
never meet. It is pure: time is monotonic and given, words come and go as bytes.
"""

import struct
from collections.abc import Iterable
from hashlib import blake2s

from probes.wire.target import Url

WORD = struct.Struct("8s8s16s")
"""Version, sender (a number by chance, new at each start), target (a hash: no address leaves this PC)."""

_VERSION = b"JLasked\x01"
_MARGIN_SECONDS = 2.0
"""Between the word and the question a name is looked up; so two questions, too, stay a period apart."""

_STEP_SECONDS = 7.0
"""More than from one look to the next: who is next has asked, and was heard, before the one behind may."""

_MOST_HELD_SECONDS = 900.0
_MEMBER_SECONDS = 960.0
_MOST_OTHERS = 16


def target(url: Url) -> bytes:
    """A service as words name it."""
    return blake2s(f"{url.scheme}://{str(url.at).lower()}{url.path}".encode(), digest_size=16, person=_VERSION).digest()


class Turns:
    """What is known of who asked what. me: 8 bytes by chance; targets: those of the own configuration, no others."""

    def __init__(self, me: bytes, targets: Iterable[bytes]) -> None:
        self._me = me
        self._own: dict[bytes, float] = {}
        self._others: dict[bytes, dict[bytes, float]] = {one: {} for one in targets}

    def ask(self, target: bytes, now: float) -> bytes:
        """This PC asks; the word that the others should hear before."""
        self._own[target] = now
        return WORD.pack(_VERSION, self._me, target)

    def hear(self, word: bytes, now: float) -> None:
        """Somebody said so; what is not a word of this version, or an echo, or of no interest, is dropped."""
        if len(word) != WORD.size:
            return
        version, who, target = WORD.unpack(word)
        others = self._others.get(target)
        if version != _VERSION or who == self._me or others is None:
            return
        if who not in others and len(others) >= _MOST_OTHERS:
            del others[min(others, key=lambda one: others[one])]
        others[who] = now

    def others(self, now: float) -> int:
        """How many other counters share targets with this one."""
        return len({who for known in self._others.values() for who, at in known.items() if _lives(at, now)})

    def not_before(self, target: bytes, every_seconds: float, now: float) -> float:
        """Until when the others' questions suffice; the past where nobody else asks.

        Never later than 15 minutes after the own last question: nobody on the LAN can blind this PC for longer.
        """
        own = self._own.get(target)
        others = {who: at for who, at in self._others[target].items() if _lives(at, now)}
        if own is None or not others:
            return 0.0
        ahead = sum(self._is_ahead(who, at, own) for who, at in others.items())
        next_turn = max(own, *others.values()) + every_seconds + _MARGIN_SECONDS + ahead * _STEP_SECONDS
        return min(next_turn, own + max(_MOST_HELD_SECONDS, every_seconds))

    def _is_ahead(self, who: bytes, at: float, own: float) -> bool:
        """Whether somebody asked longer ago; of those who asked at about the same time, all agree by their numbers."""
        return who < self._me if abs(at - own) < _STEP_SECONDS else at < own


def _lives(at: float, now: float) -> bool:
    return now - at < _MEMBER_SECONDS
