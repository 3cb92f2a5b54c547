"""Figures of a month that was written by hand."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import URL, create_engine
from sqlalchemy.orm import Session

from analytics import records
from analytics.counting import episodes_behind
from analytics.intervals import median_ranks, wilson
from analytics.metrics import METRICS
from analytics.model import RecordSettings, Signal, Speaker
from analytics.period import Period
from analytics.summary import summarise
from analytics.tables import Base
from analytics.wording import duration, percent, range_told, told
from tests.analytics.person import NOW, Person

MONTH = Period.last(28, now=NOW)


def test_wilson_agrees_with_the_published_values() -> None:
    assert wilson(0, 10).low == 0
    interval = wilson(8, 10)  # Wilson 95 % for 8 of 10: 0.490 to 0.943
    assert [interval.low, interval.high] == pytest.approx([0.4902, 0.9433], abs=1e-4)
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)
    assert wilson(10, 10).high == 1


def test_the_ranks_of_a_median_stay_inside() -> None:
    for n in range(1, 200):
        low, lower, upper, high = median_ranks(n)
        assert 0 <= low <= lower <= upper <= high < n


def test_periods() -> None:
    week = Period.last(7, now=NOW)
    assert (week.first_day, week.last_day, week.days) == (date(2025, 11, 22), date(2025, 11, 28), 7)
    assert week.previous() == Period.of_days(date(2025, 11, 21), date(2025, 11, 15))


def test_with_no_data_every_metric_measures_nothing(session: Session) -> None:
    summary = summarise(session, MONTH, RecordSettings(), NOW)
    assert summary.questions == 0
    assert all(measured.count == 0 and measured.low is None for _, measured in summary.figures)
    assert [told(metric, measured) for metric, measured in summary.figures if metric.key == "floor"] == ["–"]


@pytest.fixture
def anywhere(empty_url: URL) -> Iterator[Session]:
    """An empty record, once on SQLite and once on PostgreSQL."""
    engine = create_engine(empty_url)
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


def test_a_month_by_hand(ana: Person, anywhere: Session) -> None:
    ana.session = session = anywhere
    for number in range(10):  # ten people said yes
        ana.name = f"yes{number}"
        ana.is_helped_with("vpn will not connect", "vpn")
    for number in range(6):  # six were silent
        ana.name = f"silent{number}"
        ana.asks("vpn will not connect", "vpn", ms=20 + number).is_shown("vpn")
    for number in range(2):  # two had said yes and came back after two days
        ana.name = f"back{number}"
        ana.is_helped_with("where is my payslip", "payslip").later(days=2).asks("where is my payslip").is_told_unknown()
    ana.name = "person"
    ana.wants_a_person().is_handed_over().later(minutes=4).turn(Signal.RELAYED, "Hello", speaker=Speaker.AGENT)
    ana.name = "tester"
    ana.test = True
    ana.asks("a test")
    summary = summarise(session, MONTH, RecordSettings(), NOW)
    counts = {metric.key: measured.count for metric, measured in summary.figures}
    assert counts["questions"] == 21
    assert (counts["floor"], counts["estimate"], counts["ceiling"]) == (10, 16, 20)
    assert (counts["confirmed"], counts["assumed"], counts["bounced"], counts["unanswered"], counts["handed_off"]) == (10, 6, 2, 2, 1)
    assert (counts["recontact_1"], counts["recontact_3"]) == (0, 2)
    assert summary["recontact_3"].n == 18
    assert summary["recontact_3"].value is None  # 18 are too few for a percentage
    assert summary["time_to_person"].value == pytest.approx(241)
    assert (summary["first_reply"].n, summary["first_reply"].value) == (6, 22.5)
    chosen = summary["handoff_reasons"].parts[0]
    assert (chosen.label, chosen.counts[0][0]) == ("The person chose it", 1)
    assert [(p.key, [c for c, _ in p.counts]) for p in summary["top_articles"].parts] == [
        ("vpn", [16, 10, 0, 0]),
        ("payslip", [2, 0, 0, 2]),
    ]
    assert [(p.label, p.counts[0][0]) for p in summary["unanswered_questions"].parts] == [("where is my payslip", 2)]
    floor = summary["floor"]
    assert floor.value == pytest.approx(10 / 21)
    assert [summary["estimate"].low, summary["estimate"].high] == pytest.approx([10 / 21, 16 / 21])
    assert told(summary.metric("floor"), floor) == "48\u00a0%"
    assert told(summary.metric("estimate"), summary["estimate"]) == "48\u00a0% to 76\u00a0%"
    assert "6 questions ended in silence" in summary["estimate"].notes[0]
    assert "Not a success figure." in summary["ceiling"].notes
    for metric, measured in summary.figures:
        links = [(measured.count, measured.rows), *(pair for part in measured.parts for pair in part.counts)]
        for count, rows in links:
            assert len(episodes_behind(session, rows, MONTH, RecordSettings(), now=NOW)) == count, (metric.key, rows)
    records.rebuild_episodes(session, settings=RecordSettings())
    assert summarise(session, MONTH, RecordSettings(), NOW) == summary


def test_who_may_still_come_back_is_not_counted_among_those_who_did_not(ana: Person, session: Session) -> None:
    ana.at = NOW - timedelta(minutes=10)
    ana.is_helped_with("vpn will not connect", "vpn")
    summary = summarise(session, MONTH, RecordSettings(), NOW)
    metric, young = summary.metric("recontact_1"), summary["recontact_1"]
    assert (metric.version, young.n, young.count, young.young, told(metric, young)) == (2, 0, 0, 1, "too early to say")
    assert young.notes == ("1 more is still too young to count.",)

    ana.name, ana.at = "bob", NOW - timedelta(days=4)
    ana.is_helped_with("where is my payslip", "payslip").later(minutes=720).asks("where is my payslip")
    summary = summarise(session, MONTH, RecordSettings(), NOW)
    measured = [summary[f"recontact_{days}"] for days in (1, 3, 7, 14)]
    assert [(m.count, m.n, m.young) for m in measured] == [(1, 1, 1), (1, 1, 1), (0, 0, 2), (0, 0, 2)]
    assert told(summary.metric("recontact_3"), summary["recontact_3"]) == "1 of 1"


def test_a_window_is_over_to_the_second(ana: Person, session: Session) -> None:
    ana.is_helped_with("vpn will not connect", "vpn")
    over = ana.at - timedelta(seconds=1) + timedelta(days=1)
    period = Period.of_days(ana.at.date(), ana.at.date())
    counted = [summarise(session, period, RecordSettings(), now)["recontact_1"].n for now in (over - timedelta(seconds=1), over)]
    assert counted == [0, 1]


def test_young_figures_say_so(ana: Person, session: Session) -> None:
    ana.at = NOW - timedelta(days=2)
    ana.is_helped_with("vpn", "vpn")
    summary = summarise(session, MONTH, RecordSettings(), NOW)
    assert summary["floor"].notes == ("Provisional: 1 of 1 questions are younger than 7 days.",)
    assert [(entry.provisional, entry.count) for entry in summary.days] == [(True, 1)]
    assert told(summary.metric("floor"), summary["floor"]) == "1 of 1"
    assert range_told(summary.metric("floor"), summary["floor"]) == "too few for a percentage"


def test_a_channel_of_few_people_is_not_shown(ana: Person, session: Session) -> None:
    for number in range(5):
        ana.name = f"web{number}"
        ana.asks("vpn")
    ana.name = "zoe"
    ana.on("teams").asks("vpn")
    parts = summarise(session, MONTH, RecordSettings(), NOW)["channels"].parts
    assert [(part.label, part.hidden) for part in parts] == [("web", False), ("1 channel with fewer than 5 people", True)]
    assert parts[1].counts == ()


def test_names_do_not_reach_the_list_of_unanswered_questions(ana: Person, session: Session) -> None:
    ana.asks("I am Ana Lopez and my moon rocket is stuck").is_told_unknown()
    (part,) = summarise(session, MONTH, RecordSettings(), NOW)["unanswered_questions"].parts
    assert part.label == "I am [name] and my moon rocket is stuck"


def test_words() -> None:
    assert [percent(x).replace("\u00a0", " ") for x in (0, 0.001, 0.5, 0.999, 1)] == ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]
    assert [duration(x) for x in (5, 90, 7200, 300000)] == ["5 s", "2 min", "2.0 h", "3.5 days"]


def test_each_metric_has_a_version_of_its_own() -> None:
    assert {metric.key: metric.version for metric in METRICS}["floor"] == 1
