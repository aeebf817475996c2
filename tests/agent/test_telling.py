"""Who is told, and what happens when the way to the outside is back."""

from dataclasses import replace
from pathlib import Path

from agent import telling
from agent.clock import SystemClock
from agent.config import Config
from agent.watched import Watched
from alerts.ledger import Ledger
from alerts.letter import MailSettings, MailTo
from alerts.office import Office
from alerts.tickets.webhook import Webhook
from probes.secret import Secret
from tests.agent.test_watch import FINE, OPEN, Rig
from tests.alerts.make import NOON, fault, scanner
from tests.fakes.desks.webhook import FakeReceiver
from tests.fakes.equipment import Scripted, watched


def test_without_mail_nobody_is_told() -> None:
    assert telling.people(Config()) == ()


def test_each_addressee_is_told_in_a_language() -> None:
    to = (MailTo(address="a@b.id"), MailTo(address="c@d.id", role="technician", language="en"))
    mail = MailSettings(server="smtp.example.go.id", sender="a@b.id", to=to)
    assert [(one.role, one.language) for one in telling.people(Config(mail=mail))] == [
        ("office", "id"),
        ("technician", "en"),
    ]


def of_kind(kind: str) -> Watched:
    item = watched(kind, Scripted())
    return replace(item, device=replace(item.device, kind=kind))


def test_letters_about_what_vanished_wait_where_a_ups_may_yet_tell_why(tmp_path: Path) -> None:
    told = telling.settling(Config(watched=(of_kind("usb"), of_kind("host"), of_kind("ups"))), tmp_path)
    assert {"not-connected", "not-responding", "gateway-down"} <= told.keys()
    assert "on-battery" not in told
    assert set(told.values()) == {10.0}


def test_a_pc_tells_sooner_and_only_with_a_battery_of_its_own(tmp_path: Path) -> None:
    laptop = Config(watched=(of_kind("usb"), of_kind("host")))
    assert telling.settling(laptop, tmp_path) == {}
    (tmp_path / "BAT0").mkdir()
    (tmp_path / "BAT0" / "type").write_text("Battery\n")
    assert set(telling.settling(laptop, tmp_path).values()) == {3.0}
    assert telling.settling(Config(watched=(of_kind("usb"),)), tmp_path) == {}


def test_a_desk_is_told_of_every_ticket_in_the_office_language(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary\n")
    with FakeReceiver() as fake:
        fake.token = "canary"
        desk = Webhook(url=f"{fake.url}/hook", secret_file=Secret(secret), timeout_seconds=5)
        config = Config(office=Office(language="en"), desks={"webhook": desk})

        def opened() -> Ledger:
            return Ledger.open(tmp_path / "state" / "store.db", check=False)

        book = opened()
        people = telling.people(config)
        book.begin(scanner(), fault(), since=NOON, addressees=people)
        telling.outbox(config, opened, SystemClock()).step()
        assert [(one.channel, one.language) for one in people] == [("webhook", "en")]
        assert [one.title for one in fake.papers.values()] != []
        assert "Fingerprint" in next(iter(fake.papers.values())).text
        book.shut()


def test_what_waits_is_tried_at_once_when_a_link_is_back() -> None:
    link, printer = Scripted(), Scripted()
    rig = Rig()
    backs: list[int] = []
    rig.settler.link_back = lambda: backs.append(len(backs))
    items = [watched("link", link), watched("printer", printer)]
    items[0] = replace(items[0], device=replace(items[0].device, kind="link"))
    rig.watch.watch(items)
    for probe, expected in ((printer, 0), (link, 1)):
        probe.say = OPEN
        rig.run(200)
        assert rig.book.told("begin")
        probe.say = FINE
        rig.run(200)
        assert len(backs) == expected
