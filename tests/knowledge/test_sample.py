"""The sample knowledge base keeps its promises: it is what a new user sees first, and it is test data."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from knowledge.checks import spelling
from knowledge.importer import read_folder
from knowledge.markdown import to_text
from knowledge.model import ParsedFile

SAMPLE = Path(__file__).parents[2] / "knowledge" / "sample"
MAKERS = (".microsoft.com", "aka.ms", ".office.com", "www.android.com", "www.icloud.com")
LABELLED = ("heldout.tsv", "validation.tsv")
KINDS = {"plain", "typo", "fragment", "story", "symptom", "synonym", "none"}


@pytest.fixture(scope="module")
def articles() -> dict[str, ParsedFile]:
    files = list(read_folder(SAMPLE / "articles"))
    assert [file for file in files if not isinstance(file, ParsedFile) or file.notes] == []
    return {file.article: file for file in files if isinstance(file, ParsedFile)}


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_there_are_many_articles_each_with_its_own_id_and_title(articles: dict[str, ParsedFile]) -> None:
    assert len(articles) == len(list((SAMPLE / "articles").rglob("*.md"))) >= 120
    assert [title for title, count in Counter(file.draft.title for file in articles.values()).items() if count > 1] == []
    assert [file.path for file in articles.values() if Path(file.path).stem != file.article] == []


def test_every_article_says_everything_about_itself(articles: dict[str, ParsedFile]) -> None:
    wanted = {"id", "title", "topic", "service_area", "audience", "language", "review_on", "tags", "phrasings"}
    assert {file.path: wanted - set(file.lines) for file in articles.values() if wanted - set(file.lines)} == {}


def test_every_article_has_at_least_six_phrasings_of_its_own(articles: dict[str, ParsedFile]) -> None:
    assert [file.path for file in articles.values() if len(file.draft.phrasings) < 6] == []
    owners: dict[str, list[str]] = {}
    for file in articles.values():
        for text in (*file.draft.phrasings, file.draft.title):
            owners.setdefault(spelling(text), []).append(file.article)
    assert {text: found for text, found in owners.items() if len(found) > 1} == {}


def test_every_article_is_short_and_written_for_people(articles: dict[str, ParsedFile]) -> None:
    long = {file.path: words for file in articles.values() if (words := len(re.findall(r"\S*\w\S*", to_text(file.draft.body)))) > 150}
    assert long == {}
    assert [file.path for file in articles.values() if re.search(r"\b(IT department|helpdesk|TODO|lorem)\b", file.draft.body)] == []


def test_links_lead_only_to_example_addresses_and_makers(articles: dict[str, ParsedFile]) -> None:
    links = {(file.path, host) for file in articles.values() for host in re.findall(r"\]\(https?://([^/)]+)", file.draft.body)}
    assert {found for found in links if not found[1].endswith(("example.com", *MAKERS))} == set()


def test_other_articles_are_named_by_their_real_titles(articles: dict[str, ParsedFile]) -> None:
    titles = {file.draft.title for file in articles.values()}
    named = {
        (file.path, title) for file in articles.values() for title in re.findall(r"\b[Ss]ee (?:also )?[\"*“]([^\"*”]+)", file.draft.body)
    }
    assert len(named) > 50
    assert {found for found in named if found[1] not in titles} == set()


def test_the_held_out_questions_are_many_and_every_label_exists(articles: dict[str, ParsedFile]) -> None:
    assert len(rows("heldout.tsv")) >= 300
    questions = [row for name in LABELLED for row in rows(name)]
    assert {row["kind"] for row in questions} == KINDS
    assert {label for row in questions for label in row["article"].split("|")} <= {*articles, "none"}
    assert all((row["kind"] == "none") == (row["article"] == "none") for row in questions)


def test_the_questions_outside_are_sixty(articles: dict[str, ParsedFile]) -> None:
    outside = rows("outside.tsv")
    assert len(outside) == 60
    assert all(row["question"] and row["why"] for row in outside)


def test_hardly_any_held_out_question_is_a_phrasing_by_accident(articles: dict[str, ParsedFile]) -> None:
    asked = [spelling(row["question"]) for name in (*LABELLED, "outside.tsv") for row in rows(name)]
    assert [question for question, count in Counter(asked).items() if count > 1] == []
    known = {spelling(text) for file in articles.values() for text in (*file.draft.phrasings, file.draft.title)}
    assert len(known & set(asked)) <= 0.03 * len(asked), sorted(known & set(asked))
