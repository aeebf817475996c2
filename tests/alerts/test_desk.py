"""What every desk must offer."""

from dataclasses import dataclass

import pytest

from alerts.desk import Desk
from alerts.incident import Ticket


def test_a_desk_that_cannot_find_by_key_is_no_desk() -> None:
    @dataclass(kw_only=True)
    class Forgetful(Desk):
        def open(self, ticket: Ticket, key: str) -> str:
            return f"{key}:{ticket.number}"

        def note(self, number: str, text: str) -> None: ...

        def recover(self, number: str, text: str) -> None: ...

    with pytest.raises(TypeError, match="find"):
        Forgetful()  # type: ignore[abstract] # this is what is tested
