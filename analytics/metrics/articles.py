"""Which articles were shown, and what came of it."""

from .. import counting
from ..measurement import Kind, Measurement, Part, Rows, Unit
from ..metric import Metric, Reading

MOST_SHOWN = 15


def _top(reading: Reading) -> Measurement:
    found = counting.count_articles(reading.session, reading.period, reading.settings, limit=MOST_SHOWN)
    asked = reading.count(Rows())
    return Measurement(n=asked, count=asked, rows=Rows(), parts=tuple(_part(article) for article in found))


def _part(article: counting.ArticleCount) -> Part:
    counts = (
        (article.shown, Rows(Kind.ARTICLE_SHOWN, article.article)),
        (article.confirmed, Rows(Kind.ARTICLE_CONFIRMED, article.article)),
        (article.rejected, Rows(Kind.ARTICLE_REJECTED, article.article)),
        (article.bounced, Rows(Kind.ARTICLE_BOUNCED, article.article)),
    )
    return Part(article.title or article.article, counts, key=article.article)


TOP_ARTICLES = Metric(
    key="top_articles",
    name="Articles shown most",
    version=1,
    definition="Per article the questions in which it was shown, in which it was the answer that helped, in which it was refused, "
    "and in which the person came back after it; each once per question.",
    unit=Unit.COUNT,
    of=_top,
    columns=("Shown", "Helped", "Did not help", "Came back"),
)
