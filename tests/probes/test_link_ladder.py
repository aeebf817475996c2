"""The order of blame, and the pace at which targets are looked at."""

from probes.link.ladder import Keeper, Layer, Verdict, climb, together
from probes.reading import Actor, Fault, Severity

UP, DOWN, UNTOLD = Verdict(up=True), Verdict(up=False), Verdict()


class Rung(Layer):
    """Says what the test says, and counts."""

    name = "rung"

    def __init__(self, name: str, *verdicts: Verdict) -> None:
        self.name = name  # type: ignore[misc] # one class plays every layer here
        self._verdicts = list(verdicts)
        self.looks: list[bool] = []
        self.forgotten = 0

    def look(self, now: float, *, afresh: bool) -> Verdict:
        del now
        self.looks.append(afresh)
        return self._verdicts[min(len(self.looks), len(self._verdicts)) - 1]

    def forget(self) -> None:
        self.forgotten += 1


def _fault(code: str) -> Fault:
    return Fault(code=code, severity=Severity.BLOCKING, actor=Actor.PROVIDER)


def test_layers_behind_the_first_failure_are_neither_asked_nor_judged() -> None:
    low, middle, high = Rung("low", UP), Rung("middle", DOWN), Rung("high", DOWN)
    assert list(climb([low, middle, high], 0)) == ["low", "middle"]
    assert (high.looks, high.forgotten, middle.forgotten) == ([], 1, 0)


def test_a_layer_that_cannot_tell_does_not_stop_the_ladder() -> None:
    assert list(climb([Rung("low", UNTOLD), Rung("high", UP)], 0)) == ["low", "high"]


def test_a_layer_is_not_blamed_while_one_below_only_remembers_that_it_worked() -> None:
    low = Rung("low", UP._replace(kept=True), DOWN)
    high = Rung("high", DOWN)
    assert list(climb([low, high], 0)) == ["low"]
    assert low.looks == [False, True]


def test_a_layer_is_blamed_once_those_below_prove_to_work() -> None:
    low, high = Rung("low", UP._replace(kept=True), UP), Rung("high", DOWN)
    assert climb([low, high], 0)["high"].up is False
    assert len(high.looks) == 1


def test_old_news_does_not_make_the_layers_below_work_again() -> None:
    low, high = Rung("low", UP._replace(kept=True)), Rung("high", DOWN._replace(news=False))
    climb([low, high], 0)
    assert low.looks == [False]


def test_a_doubt_is_the_fault_where_the_layer_above_finds_nobody() -> None:
    gateway = Rung("gateway", Verdict(doubt=_fault("gateway-down")))
    found = climb([gateway, Rung("internet", DOWN._replace(alone=True))], 0)
    assert [fault.code for fault in found["gateway"].faults] == ["gateway-down"]
    assert "internet" not in found


def test_a_doubt_is_dropped_where_the_layer_above_finds_somebody() -> None:
    gateway = Rung("gateway", Verdict(doubt=_fault("gateway-down")))
    found = climb([gateway, Rung("internet", DOWN)], 0)
    assert (found["gateway"].faults, found["internet"].up) == ((), False)


def test_a_good_result_holds_until_its_time_is_over() -> None:
    kept: Keeper[str] = Keeper("target", 10)
    assert kept.due(0)
    kept.put(0, "good", good=True)
    assert [kept.due(t) for t in (0, 9.9, 10)] == [False, False, True]
    assert kept.due(1, afresh=True)


def test_a_bad_result_is_looked_at_again_at_once() -> None:
    kept: Keeper[str] = Keeper("target", 10)
    for look in range(5):
        kept.put(look, "bad", good=False)
        assert kept.due(look)


def test_news_of_a_gentle_target_is_confirmed_once_and_then_waits() -> None:
    kept: Keeper[str] = Keeper("target", 60, gentle=True)
    kept.put(0, "good", good=True)
    kept.put(100, "bad", good=False)
    assert (kept.due(101), kept.unsure) == (True, True)
    kept.put(101, "bad", good=False)
    assert [kept.due(t) for t in (102, 160.9, 161)] == [False, False, True]


def test_a_gentle_target_keeps_its_pace_when_a_layer_below_failed() -> None:
    kept: Keeper[str] = Keeper("target", 60, gentle=True)
    kept.put(0, "good", good=True)
    kept.forget()
    assert not kept.due(1)


def test_gentle_targets_are_spread_over_their_period() -> None:
    second_looks = set()
    for number in range(50):
        kept: Keeper[str] = Keeper(f"target {number}", 60, gentle=True)
        kept.put(0, "good", good=True)
        assert not kept.due(59.9)
        second_looks.add(next(t for t in range(60, 121) if kept.due(t)))
    assert len(second_looks) > 20


def test_calls_run_at_the_same_time_and_keep_their_order() -> None:
    assert together([lambda n=n: n for n in range(5)]) == [0, 1, 2, 3, 4]  # type: ignore[misc] # mypy cannot infer a lambda with a default
    assert together([]) == []


def test_a_layer_is_asked_again_where_one_that_part_of_it_needs_turns_out_to_be_down() -> None:
    tunnel = Rung("tunnel", UP._replace(kept=True), DOWN._replace(stops=False))
    services = Rung("services", DOWN, UP)
    found = climb([tunnel, services], 0)
    assert (found["tunnel"].up, found["services"].up) == (False, True)


def test_a_layer_is_not_asked_twice_where_one_below_merely_can_tell_by_now() -> None:
    burst, services = Rung("burst", UNTOLD, UP), Rung("services", DOWN)
    climb([Rung("low", UP._replace(kept=True), UP), burst, services], 0)
    assert (burst.looks, services.looks) == ([False, True], [False])
