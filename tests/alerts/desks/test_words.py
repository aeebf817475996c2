"""What stands in a desk's ticket: keys that are never cut, symptoms, and nothing for a machine to take for markup."""

import pytest

from alerts.incident import Action, Context, Notice
from tests.alerts.desks.rig import Counter
from tests.alerts.make import fault, scanner
from tests.fakes.desks.server import FakeDesk

pytestmark = pytest.mark.parametrize("name", ["zammad"], indirect=True)


def text(fake: FakeDesk) -> str:
    return next(iter(fake.papers.values())).text


def title(fake: FakeDesk) -> str:
    return next(iter(fake.papers.values())).title


def test_keys_stand_at_the_end_and_are_never_cut(counter: Counter, fake: FakeDesk) -> None:
    long = "perangkat-" + "x" * 50
    ticket = counter.begin(device=long, shared="12.71.11/" + "s" * 250)
    counter.drain()
    assert title(fake).startswith("[Loket 1] ")
    assert f" [{counter.key(ticket)}] [JLS-" in title(fake)
    assert title(fake).endswith("]")
    assert len(title(fake).encode()) <= 200


@pytest.mark.parametrize(("count", "shown", "more"), [(1, 1, ""), (20, 20, ""), (45, 20, "dan 25 lainnya")])
def test_what_else_the_fault_made_fail_is_listed(
    counter: Counter, fake: FakeDesk, count: int, shown: int, more: str
) -> None:
    counter.begin("cable-unplugged", device="internet")
    cause = ("internet", "cable-unplugged", "")
    for number in range(count):
        symptom = fault("not-responding")
        counter.book.begin(
            scanner(f"printer-{number}"), symptom, since=counter.wall.now, addressees=counter.told,
            context=Context(cause=cause),
        )  # fmt: skip
    counter.drain()
    assert len(fake.papers) == 1
    assert "Ikut terganggu:" in text(fake)
    assert text(fake).count("- printer-") == shown
    assert more in text(fake)


def test_the_end_lists_no_symptoms(counter: Counter, fake: FakeDesk) -> None:
    counter.begin("cable-unplugged", device="internet")
    context = Context(cause=("internet", "cable-unplugged", ""))
    counter.book.begin(
        scanner("printer"), fault("not-responding"), since=counter.wall.now, addressees=counter.told, context=context
    )
    counter.drain()
    counter.end("cable-unplugged", device="internet")
    counter.drain()
    (note,) = next(iter(fake.papers.values())).notes
    assert "Ikut terganggu" not in note[2]


def test_each_action_is_a_step_of_its_own(counter: Counter) -> None:
    ticket = counter.begin()
    notice: Notice = counter.notices()[0]
    errand = counter.channel._errand(notice, ticket)
    assert (errand.step, errand.opens, errand.ends, errand.again) == (f"opened-{notice.id}", True, False, False)
    assert errand.mark == f"[{counter.key(ticket)}/opened-{notice.id}]"
    assert notice.action is Action.OPENED
