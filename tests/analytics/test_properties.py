"""What must hold for every log, whatever was said (shared/design/measures.md)."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from analytics import counting, records
from analytics.episodes import contained, fold, outcome
from analytics.measurement import Kind, Rows
from analytics.metrics import METRICS
from analytics.model import Episode, Event, NewTurn, Outcome, RecordSettings, Signal, Speaker
from analytics.period import Period
from analytics.store import all_events, episode_from
from analytics.summary import summarise
from analytics.tables import Base, EpisodeArticleRow, EpisodeRow

START = datetime.fromisoformat("2025-11-03")
RECORD = RecordSettings()
WINDOW = timedelta(days=RECORD.recontact_days)
PERIOD = Period(START, START + timedelta(days=365))
SILENT = (Signal.ANSWERED, Signal.OFFERED, Signal.CLARIFIED, Signal.UNKNOWN, Signal.TALK, Signal.CLOSED)

Step = tuple[str, str, Signal, str, str, int, bool]
"""Who, in which channel, what it means, its text, its article, how many seconds later, and whether an agent says it."""
Log = list[Step]

steps = st.lists(
    st.tuples(
        st.sampled_from(["ana", "bob"]),
        st.sampled_from(["web", "slack"]),
        st.sampled_from(list(Signal)),
        st.sampled_from(["", "vpn will not connect", "vpn does not connect", "where is my payslip", "printer"]),
        st.sampled_from(["", "vpn", "payslip"]),
        st.sampled_from([1, 60, 20 * 60, 40 * 60, 2 * 86400, 6 * 86400, 9 * 86400, 20 * 86400]),
        st.booleans(),
    ),
    max_size=30,
)


def write(session: Session, log: Log) -> None:
    at = START
    for person, channel, signal, text, article, seconds, by_agent in log:
        at += timedelta(seconds=seconds)
        opened = records.open_conversation(session, channel=channel, address=person, person=person, settings=RECORD, now=at)
        who = Speaker.AGENT if by_agent and signal is Signal.RELAYED else Speaker.EMPLOYEE
        turn = NewTurn(who, text, signal, article=article, article_title=article.title(), latency_ms=seconds / 7)
        records.record_turn(session, opened.id, turn, settings=RECORD, now=at)


def recorded(log: Log) -> Session:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    session = Session(engine)
    write(session, log)
    return session


def stored(session: Session) -> dict[str, dict[str, object]]:
    session.expire_all()
    return {row.id: {k: v for k, v in vars(row).items() if not k.startswith("_")} for row in session.scalars(select(EpisodeRow)) if row.id}


def stored_articles(session: Session) -> set[tuple[str, str, str, bool]]:
    session.expire_all()
    return {(row.episode, row.article, row.title, row.rejected) for row in session.scalars(select(EpisodeArticleRow))}


def events(log: Log, person: str = "ana") -> list[Event]:
    at, made = START, []
    for seq, (_, channel, signal, text, article, seconds, _by_agent) in enumerate(log, start=1):
        at += timedelta(seconds=seconds)
        made.append(Event(channel, channel, person, False, seq, signal, text, article, article, at))
    return made


def counted(episodes: list[Episode]) -> tuple[set[str], set[str], set[str]]:
    """The ids in the floor, in the upper end of the estimate, and in the ceiling."""
    ended = {episode.id: outcome(episode, WINDOW) for episode in episodes}
    floor = {identity for identity, how in ended.items() if how is Outcome.CONFIRMED}
    return floor, floor | {i for i, how in ended.items() if how is Outcome.ASSUMED}, {e.id for e in episodes if contained(e)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_the_running_episodes_equal_the_rebuilt_ones_and_the_database_counts_as_the_fold_does(log: Log) -> None:
    with recorded(log) as session:
        running, articles = stored(session), stored_articles(session)
        records.rebuild_episodes(session, settings=RECORD)
        assert stored(session) == running
        assert stored_articles(session) == articles
        episodes = [episode_from(row) for row in session.scalars(select(EpisodeRow))]
        assert {e.id: e for e in episodes} == {e.id: e for e in fold(all_events(session), RECORD)}
        now = START + timedelta(days=30)
        wanted = [Rows(Kind.OUTCOME, how.value) for how in Outcome]
        counts = counting.count_rows(session, [*wanted, Rows(Kind.CONTAINED), Rows()], PERIOD, RECORD, now=now)
        ended = [outcome(episode, WINDOW) for episode in episodes]
        assert [counts[rows] for rows in wanted] == [ended.count(how) for how in Outcome]
        assert sum(counts[rows] for rows in wanted) == counts[Rows()]
        assert counts[Rows(Kind.CONTAINED)] == sum(contained(episode) for episode in episodes)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_every_figure_has_exactly_the_rows_that_its_link_leads_to(log: Log) -> None:
    with recorded(log) as session:
        now = START + timedelta(days=30)
        summary = summarise(session, PERIOD, RECORD, now)
        links = [(m.count, m.rows) for _, m in summary.figures] + [pair for _, m in summary.figures for p in m.parts for pair in p.counts]
        for count, rows in links:
            assert len(counting.episodes_behind(session, rows, PERIOD, RECORD, now=now)) == count, rows
        for metric, measured in summary.figures:
            assert metric.measure(session, PERIOD, RECORD, now) == measured
        floor, estimate, ceiling = summary["floor"], summary["estimate"], summary["ceiling"]
        assert floor.count <= estimate.count <= ceiling.count <= summary["questions"].count
        bounds = [bound for bound in (floor.value, estimate.low, estimate.high, ceiling.value) if bound is not None]
        assert len(bounds) in (0, 4)
        assert bounds == sorted(bounds)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_the_floor_lies_in_the_estimate_and_the_estimate_in_the_ceiling(log: Log) -> None:
    floor, estimate, ceiling = counted(fold(events(log), RECORD))
    assert floor <= estimate <= ceiling


@settings(max_examples=150, deadline=None)
@given(steps, st.sampled_from(["vpn will not connect", "where is my payslip"]), st.sampled_from([60, 40 * 60, 86400, 10 * 86400]))
def test_a_recontact_never_raises_a_figure(log: Log, text: str, seconds: int) -> None:
    said = events(log)
    before = fold(said, RECORD)
    at = (said[-1].at if said else START) + timedelta(seconds=seconds)
    after = fold([*said, Event("web", "web", "ana", False, 99, Signal.QUESTION, text, "", "", at)], RECORD)
    known = {episode.id for episode in before}
    for earlier, later in zip(counted(before), counted([e for e in after if e.id in known]), strict=True):
        assert later <= earlier


@settings(max_examples=150, deadline=None)
@given(steps, st.lists(st.sampled_from(SILENT), max_size=5), st.sampled_from([60, 86400]))
def test_whatever_is_said_into_a_silence_never_raises_the_floor(log: Log, spoken: list[Signal], seconds: int) -> None:
    said = events(log)
    end = said[-1].at if said else START
    into_it = [
        Event(
            "web", "web", "ana", False, 100 + n, signal, "closed, as you did not reply", "vpn", "vpn", end + timedelta(seconds=seconds * n)
        )
        for n, signal in enumerate(spoken, start=1)
    ]
    assert counted(fold([*said, *into_it], RECORD))[0] <= counted(fold(said, RECORD))[0]


def test_metric_keys_are_unique_and_every_metric_is_defined_in_a_sentence() -> None:
    assert len({metric.key for metric in METRICS}) == len(METRICS)
    assert all(metric.definition.endswith(".") and metric.version >= 1 and metric.name for metric in METRICS)
