"""Answer latency, build time and memory of the matcher with 175, 10,000 and 100,000 articles.

Run: python -m tests.bench.latency [--sizes 175,10000,100000]

The sample's real questions are asked of the sample's real articles among synthetic ones (title, two phrasings and a text of sixty words,
drawn from the sample's own vocabulary by its word frequencies, fixed seed). Beside it, in the same run, the naive way that scikit-learn's
documentation shows: `TfidfVectorizer.transform` and `cosine_similarity` against every line. Each size runs in a process of its own, so
that the memory is that size's alone.
"""

import argparse
import csv
import multiprocessing
import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from bot.commands.entries import read_entries
from intents.matcher import Matcher
from intents.model import Entry

SAMPLE = Path(__file__).resolve().parents[2] / "knowledge" / "sample"
QUESTIONS = 200
WARM_UP = 20
SEED = 7


@dataclass(frozen=True)
class Measured:
    """Seconds and megabytes of one size."""

    articles: int
    build_s: float
    memory_mb: float
    p50_ms: float
    p99_ms: float
    naive_p50_ms: float
    first_right: float


def main() -> None:
    """Prints one line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="175,10000,100000")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    print("| articles | build | memory of the process | p50 | p99 | naive scikit-learn p50 | ratio | P@1 |")
    print("|---|---|---|---|---|---|---|---|")
    for size in sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = pool.apply(measure, (size,))
        ratio = found.naive_p50_ms / found.p50_ms
        print(
            f"| {found.articles:,} | {found.build_s:.1f} s | {found.memory_mb:,.0f} MB | {found.p50_ms:.2f} ms | {found.p99_ms:.2f} ms "
            f"| {found.naive_p50_ms:.1f} ms | {ratio:.1f} x | {found.first_right:.1%} |"
        )


def measure(size: int) -> Measured:
    """What one size costs, in this process."""
    entries = read_entries(SAMPLE / "articles")
    entries += synthetic(entries, max(0, size - len(entries)))
    asked = _questions()
    started = time.perf_counter()
    matcher = Matcher.build(entries)
    build = time.perf_counter() - started
    times = _timed(matcher.match, [question for question, _ in asked])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    right = [any(match.article in articles for match in matcher.match(question).matches[:1]) for question, articles in asked]
    naive = _timed(_naive(entries), [question for question, _ in asked[:40]])
    return Measured(
        articles=len(entries),
        build_s=build,
        memory_mb=memory,
        p50_ms=float(np.percentile(times, 50)),
        p99_ms=float(np.percentile(times, 99)),
        naive_p50_ms=float(np.percentile(naive, 50)),
        first_right=sum(right) / len(right),
    )


def synthetic(entries: Sequence[Entry], count: int) -> list[Entry]:
    """Articles of the sample's words in random order: each word is followed by one that follows it somewhere in the sample."""
    chance = random.Random(SEED)
    words = [word for entry in entries for text in (entry.title, *entry.phrasings, entry.body) for word in text.split()]
    following: dict[str, list[str]] = {}
    for word, after in pairwise(words):
        following.setdefault(word, []).append(after)

    def text(length: int) -> str:
        said = [chance.choice(words)]
        while len(said) < length:
            said.append(chance.choice(following.get(said[-1]) or words))
        return " ".join(said)

    return [Entry(f"synthetic-{number}", text(6), (text(7), text(7)), text(60)) for number in range(count)]


def _questions() -> list[tuple[str, list[str]]]:
    with (SAMPLE / "heldout.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["article"] != "none"]
    return [(row["question"], row["article"].split("|")) for row in rows[:QUESTIONS]]


def _naive(entries: Sequence[Entry]) -> Callable[[str], object]:
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4))
    matrix = vectorizer.fit_transform([text for entry in entries for text in (entry.title, *entry.phrasings)])
    return lambda question: cosine_similarity(vectorizer.transform([question]), matrix).argmax()


def _timed(ask: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    for question in questions[:WARM_UP]:
        ask(question)
    times = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - started) * 1000)
    return times


if __name__ == "__main__":
    main()
