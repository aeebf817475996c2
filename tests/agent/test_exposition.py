"""What is written on a metrics page, and what is kept off it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.exposition import Exposition, fits
from agent.formats import OPENMETRICS, TEXT, Format, negotiate
from probes.reading import Metric, MetricType, Sample
from probes.text import SafeText, clean
from tests.fakes.pages import openmetrics_families, text_families

GAUGE = Metric(name="jagaloket_level", type=MetricType.GAUGE, help="A level.", labels=("device",))
COUNTER = Metric(name="jagaloket_pages_total", type=MetricType.COUNTER, help="Pages.", labels=("device",))
BARE = Metric(name="jagaloket_open", type=MetricType.GAUGE, help="Open.")


def sample(metric: Metric, value: float, *labels: str) -> Sample:
    return Sample(metric=metric, value=value, labels=tuple(map(SafeText, labels)))


def page(*samples: Sample, form: Format = TEXT) -> str:
    return Exposition().page(samples, form).decode()


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#") and "dropped" not in line]


def dropped(text: str) -> dict[str, float]:
    return {one.labels["reason"]: one.value for one in text_families(text)["jagaloket_samples_dropped"].samples}


def test_a_line_is_what_the_library_writes() -> None:
    assert lines(page(sample(GAUGE, 0.25, 'a "b"\\\n'))) == ['jagaloket_level{device="a \\"b\\"\\\\\\n"} 0.25']
    assert lines(page(sample(BARE, 1))) == ["jagaloket_open 1.0"]


def test_a_family_is_written_together_even_when_its_samples_come_apart() -> None:
    text = page(sample(GAUGE, 1, "a"), sample(BARE, 1), sample(GAUGE, 2, "b"))
    assert lines(text) == ['jagaloket_level{device="a"} 1.0', 'jagaloket_level{device="b"} 2.0', "jagaloket_open 1.0"]
    assert text.count("# TYPE jagaloket_level") == 1


def test_kept_lines_show_the_new_value() -> None:
    exposition = Exposition()
    exposition.page([sample(GAUGE, 1, "a")], TEXT)
    assert 'jagaloket_level{device="a"} 2.5' in exposition.page([sample(GAUGE, 2.5, "a")], TEXT).decode()


def test_what_is_kept_stays_bounded() -> None:
    exposition = Exposition()
    for number in range(5000):
        exposition.page([sample(GAUGE, 1, f"label {number}")], TEXT)
    (writer,) = [one for metric, one in exposition._writers.items() if metric == GAUGE]
    assert len(writer._stems) <= 2048


def test_openmetrics_names_a_counter_without_total_and_ends_with_eof() -> None:
    text = page(sample(COUNTER, 3, "a"), form=OPENMETRICS)
    assert "# TYPE jagaloket_pages counter\n" in text
    assert 'jagaloket_pages_total{device="a"} 3.0\n' in text
    assert text.endswith("# EOF\n")


@pytest.mark.parametrize(("value", "written"), [(math.inf, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN")])
def test_a_gauge_may_be_anything_ieee_knows(value: float, written: str) -> None:
    assert lines(page(sample(GAUGE, value, "a"))) == [f'jagaloket_level{{device="a"}} {written}']


@pytest.mark.parametrize("value", [math.inf, math.nan, -1])
def test_a_counter_that_cannot_count_is_left_out_and_counted(value: float) -> None:
    text = page(sample(COUNTER, value, "a"), sample(GAUGE, 1, "a"))
    assert lines(text) == ['jagaloket_level{device="a"} 1.0']
    assert dropped(text)["value"] == 1


def test_a_value_that_is_no_number_is_left_out() -> None:
    broken = [sample(GAUGE, value, "a") for value in (None, "x", 10**400)]  # type: ignore[arg-type] # on purpose
    assert dropped(page(*broken))["value"] == 3


def test_text_that_utf8_cannot_hold_is_left_out() -> None:
    text = page(sample(GAUGE, 1, "\ud800"), sample(GAUGE, 1, "b"))
    assert lines(text) == ['jagaloket_level{device="b"} 1.0']
    assert dropped(text)["value"] == 1


def test_the_first_of_two_equal_series_stays() -> None:
    text = page(sample(GAUGE, 1, "a"), sample(GAUGE, 2, "a"), sample(GAUGE, 1, "a"))
    assert lines(text) == ['jagaloket_level{device="a"} 1.0']
    assert dropped(text)["duplicate"] == 2


def test_what_was_left_out_adds_up_over_pages() -> None:
    exposition = Exposition()
    for _ in range(3):
        text = exposition.page([sample(GAUGE, 1, "a"), sample(GAUGE, 2, "a")], TEXT).decode()
    assert dropped(text) == {"declaration": 0, "duplicate": 3, "value": 0}


@pytest.mark.parametrize(
    "other",
    [
        Metric(name="jagaloket_level", type=MetricType.GAUGE, help="Something else.", labels=("device",)),
        Metric(name="jagaloket_level", type=MetricType.GAUGE, help="A level.", labels=("device", "tray")),
        Metric(name="jagaloket_level_total", type=MetricType.COUNTER, help="A twin.", labels=("device",)),
    ],
)
def test_who_declares_a_name_differently_is_left_out(other: Metric) -> None:
    text = page(sample(GAUGE, 1, "a"), sample(other, 2, *("b" for _ in other.labels)))
    assert lines(text) == ['jagaloket_level{device="a"} 1.0']
    assert dropped(text)["declaration"] == 1


@pytest.mark.parametrize("form", [TEXT, OPENMETRICS])
def test_the_same_words_declared_twice_are_one_metric(form: Format) -> None:
    twin = Metric(name="jagaloket_level", type=MetricType.GAUGE, help="A level.", labels=("device",))
    assert len(lines(page(sample(GAUGE, 1, "a"), sample(twin, 2, "b"), form=form))) == 2


@pytest.mark.parametrize(
    "metric",
    [
        Metric(name="jagaloket-level", type=MetricType.GAUGE, help="A dash."),
        Metric(name="", type=MetricType.GAUGE, help="No name."),
        Metric(name="jagaloket_pages", type=MetricType.COUNTER, help="A counter without _total."),
        Metric(name="jagaloket_pages_total", type=MetricType.GAUGE, help="A gauge with _total."),
        Metric(name="jagaloket_level_bucket", type=MetricType.GAUGE, help="A histogram's suffix."),
        Metric(name="jagaloket_level", type=MetricType.GAUGE, help="A label twice.", labels=("a", "a")),
        Metric(name="jagaloket_level", type=MetricType.GAUGE, help="A reserved label.", labels=("__name__",)),
        Metric(name="jagaloket_level", type=MetricType.GAUGE, help="A spaced label.", labels=("a b",)),
        Metric(name="jagaloket_level", type=MetricType.GAUGE, help="No UTF-8: \ud800"),
    ],
    ids=lambda metric: metric.help.encode("ascii", "replace").decode(),
)
def test_a_bad_declaration_never_reaches_the_page(metric: Metric) -> None:
    text = page(sample(metric, 1, *("x" for _ in metric.labels)), sample(BARE, 1))
    assert lines(text) == ["jagaloket_open 1.0"]
    assert dropped(text)["declaration"] == 1
    openmetrics_families(page(sample(metric, 1), form=OPENMETRICS))


def test_a_sample_with_too_few_labels_is_left_out() -> None:
    assert dropped(page(sample(GAUGE, 1), sample(GAUGE, 1, "a", "b")))["declaration"] == 2


def test_ordinary_declarations_fit() -> None:
    assert all(map(fits, (GAUGE, COUNTER, BARE)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(st.characters()), st.floats())), st.sampled_from([GAUGE, COUNTER]))
def test_whatever_devices_say_the_page_gives_it_back_as_it_was_cleaned(
    said: list[tuple[str, float]], metric: Metric
) -> None:
    told = [sample(metric, value, clean(text)) for text, value in said]
    text = text_families(page(*told))
    opened = openmetrics_families(page(*told, form=OPENMETRICS))
    name = metric.name.removesuffix("_total")
    shown = {one.labels["device"] for one in text[name].samples} if name in text else set()
    assert shown == {one.labels["device"] for one in opened[name].samples} if name in opened else not shown
    assert shown <= {clean(text) for text, _ in said}
    if metric is GAUGE:
        assert shown == {clean(text) for text, _ in said}


PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;"
    "q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", TEXT),
        ("*/*", TEXT),
        ("text/html,application/xhtml+xml", TEXT),
        (PROMETHEUS, OPENMETRICS),
        ("application/openmetrics-text", OPENMETRICS),
        ("application/openmetrics-text;q=0", TEXT),
        ("text/plain, application/openmetrics-text;q=0.4", TEXT),
        ("application/openmetrics-text;q=nan", TEXT),
        ("application/openmetrics-text;version=abc", OPENMETRICS),
        (",;,;q=,\xff" * 100, TEXT),
    ],
)
def test_the_accept_header_decides_the_format(accept: str, form: Format) -> None:
    assert negotiate(accept) is form
