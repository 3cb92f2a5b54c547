"""Whether the process lives, whether it can work, and its figures for Prometheus."""

from collections.abc import Iterable

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

import analytics.store
import knowledge.store
from escalation import store as desk
from escalation.model import Status

from .. import delivery
from ..database import Database
from ..index import Index


class Figures(Collector):
    """Read from the database when asked for, so that every process tells the same."""

    def __init__(self, database: Database, index: Index) -> None:
        self._database = database
        self._index = index

    def collect(self) -> Iterable[Metric]:
        """Counters of turns and gauges of what waits."""
        with self._database.reading() as session:
            turns = CounterMetricFamily("zerolevel_turns", "Turns recorded, by speaker.", labels=["speaker"])
            for speaker, count in sorted(analytics.store.count_turns(session).items()):
                turns.add_metric([speaker], count)
            tickets = GaugeMetricFamily("zerolevel_tickets", "Open tickets, by status.", labels=["status"])
            queue = desk.queue(session)
            for status in (Status.WAITING, Status.CLAIMED):
                tickets.add_metric([status.value], sum(ticket.status is status for ticket in queue))
            yield from (turns, tickets)
            yield _gauge("zerolevel_outbox_waiting", "Messages that wait to be sent.", delivery.count_waiting(session))
            yield _gauge("zerolevel_outbox_given_up", "Messages that could not be sent.", delivery.count_given_up(session))
            yield _gauge("zerolevel_index_version", "Newest change of the articles.", knowledge.store.index_version(session))
        built = self._index.current
        yield _gauge("zerolevel_index_version_in_use", "Index version that answers in this process.", built.version)
        yield _gauge("zerolevel_index_articles", "Articles in the index of this process.", built.articles)


def build_router(*, database: Database, index: Index) -> APIRouter:
    """The three addresses that a machine asks."""
    router = APIRouter(tags=["operation"])
    registry = CollectorRegistry()
    registry.register(Figures(database, index))
    for own in (ProcessCollector, PlatformCollector, GCCollector):
        own(registry=registry)

    @router.get("/healthz", summary="Is the process alive?")
    def alive() -> Response:
        """Always 200 while the process answers."""
        return JSONResponse({"status": "ok"})

    @router.get("/readyz", summary="Can it work?")
    def ready() -> Response:
        """200 when the database answers; 503 with the reason otherwise."""
        try:
            with database.reading() as session:
                session.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            return JSONResponse({"status": "unavailable", "reason": type(error).__name__}, status_code=503)
        return JSONResponse({"status": "ok", "articles": index.current.articles, "index_version": index.current.version})

    @router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
    def metrics() -> Response:
        """The text format of Prometheus."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _gauge(name: str, description: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, description, value=value)
