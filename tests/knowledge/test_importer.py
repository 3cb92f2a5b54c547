"""A folder of Markdown becomes articles, and every file is accounted for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from knowledge import articles, store
from knowledge.importer import import_folder, read_folder
from knowledge.model import BrokenFile, Draft, FileReport, FileStatus, ImportReport, ParsedFile, PhrasingSource, SkippedFile, Status

VPN = """---
id: vpn-connect
title: Connect to the VPN
topic: VPN
service_area: it
audience: everyone
language: en
review_on: 2027-05-01
tags: [vpn, home]
phrasings:
  - how do i get on the vpn
  - "tunnel: what is it"
---
1. Open the client.
"""

Import = Callable[..., ImportReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    return made


@pytest.fixture
def run(session: Session, folder: Path, now: datetime) -> Import:
    def imported(*, overwrite: bool = False, at: Path = folder) -> ImportReport:
        return import_folder(session, at, by="import", now=now, overwrite=overwrite)

    return imported


def put(folder: Path, path: str, text: str | bytes) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def parsed(folder: Path) -> ParsedFile:
    [file] = read_folder(folder)
    assert isinstance(file, ParsedFile), file
    return file


def broken(folder: Path) -> BrokenFile:
    [file] = read_folder(folder)
    assert isinstance(file, BrokenFile), file
    return file


def only(report: ImportReport) -> FileReport:
    [file] = report.files
    return file


def test_our_front_matter_is_read_completely(folder: Path) -> None:
    put(folder, "vpn/vpn.md", VPN)
    file = parsed(folder)
    assert (file.path, file.article, file.draft.title, file.draft.topic) == ("vpn/vpn.md", "vpn-connect", "Connect to the VPN", "VPN")
    assert file.draft.phrasings == ("how do i get on the vpn", "tunnel: what is it")
    assert (file.draft.service_area, file.draft.tags, str(file.draft.review_on)) == ("it", ("vpn", "home"), "2027-05-01")
    assert file.draft.body == "1. Open the client."


def test_a_file_without_front_matter_is_an_article_too(folder: Path) -> None:
    put(folder, "travel-and-leave/sick_notes.md", "# Sick *notes*\n\nSend them.\n")
    file = parsed(folder)
    assert (file.article, file.draft.title, file.draft.topic) == ("travel-and-leave-sick-notes", "Sick notes", "Travel and leave")
    assert (file.draft.body, file.draft.language, file.draft.audience) == ("Send them.", "en", "everyone")


def test_without_a_heading_the_file_name_is_the_title(folder: Path) -> None:
    put(folder, "how-to_print.md", "Press print.\n")
    assert parsed(folder).draft.title == "How to print"


def test_an_index_page_has_the_name_of_its_folder(folder: Path) -> None:
    put(folder, "pay/index.md", "---\ntitle: Pay\n---\nHello")
    assert parsed(folder).article == "pay"


def test_what_is_written_is_what_is_read(folder: Path) -> None:
    put(folder, "a.md", "---\ntitle: 1.10\nlanguage: no\nphrasings: [yes, 404, null]\n---\ntext")
    draft = parsed(folder).draft
    assert (draft.title, draft.language, draft.phrasings) == ("1.10", "no", ("yes", "404", "null"))


def test_hugo_front_matter_and_shortcodes(folder: Path) -> None:
    put(
        folder,
        "a.md",
        '+++\ntitle = "Printing"\ntags = ["a", "b"]\ndraft = true\n+++\n{{< note >}}Careful.{{< /note >}} {{< figure src="x.png" >}}',
    )
    file = parsed(folder)
    assert (file.draft.title, file.draft.tags, file.published, file.draft.body) == ("Printing", ("a", "b"), False, "Careful.")


def test_site_tags_and_html_become_plain_markdown(folder: Path) -> None:
    body = (
        '<!-- todo -->\n{% comment %}old{% endcomment %}Ask in {% slack_channel "people-ops" %}.\n'
        '{% include "warning.html" %}{% image "a/b.png" "alt" %}\n'
        '<div class="x">\n    <p>See <a href="https://example.com">this</a><br>now</p>\n</div>\n\n| a<br>b | c |\n|---|---|\n\n'
        "Type `<br>` and <your-name>.\n\n```\n{% raw %}{% page %}{% endraw %}\n```\n"
    )
    put(folder, "a.md", body)
    assert parsed(folder).draft.body == (
        "Ask in people-ops.\n\nSee [this](https://example.com)\nnow\n\n| a b | c |\n|---|---|\n\n"
        "Type `<br>` and <your-name>.\n\n```\n{% page %}\n```"
    )


def test_links_between_pages_lead_to_the_articles(session: Session, folder: Path, run: Import) -> None:
    put(folder, "pay/slips.md", "---\nid: payslips\nredirect_from:\n  - /old-slips/\n---\nx")
    put(
        folder,
        "a.md",
        '[1](pay/slips.md#top) [2](/pay/slips/) [3]({% page "pay/slips" %}) [4](/old-slips) [5](#x) [6](gone.md) [7](https://e.com)',
    )
    put(folder, "pay/b.md", "[1](slips.md) [2](../a.md)")
    run()
    assert store.article(session, "a").body == (  # type: ignore[union-attr]
        "[1](/a/payslips) [2](/a/payslips) [3](/a/payslips) [4](/a/payslips) 5 6 [7](https://e.com)"
    )
    assert store.article(session, "pay-b").body == "[1](/a/payslips) [2](/a/a)"  # type: ignore[union-attr]


def test_a_page_that_only_leads_elsewhere_is_skipped(folder: Path) -> None:
    put(folder, "a.md", "---\ntitle: Old\nredirect_to: /new/\n---\n")
    assert list(read_folder(folder)) == [SkippedFile("a.md", "The page only leads to /new/.")]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("---\ntitle: a: b\n---\nx", 2, "quotes"),
        ("---\ntitle: a\nphrasings:\n  - ok then\n  - 2FA: how\n---\nx", 5, "put it in quotes"),
        ("---\ntitle: a\nphrasings:\n  - ok then\n  -\n---\nx", 5, "at least one word"),
        ("---\ntitle: a\nphrasings: how do i\n---\nx", 3, "must be a list"),
        ("---\ntitle: a\ntitle: b\n---\nx", 3, "given twice"),
        ("---\ntitle: a\nreview_on: next May\n---\nx", 3, "2027-05-31"),
        ("---\ntitle: a\nlanguage: English\n---\nx", 3, "short code"),
        ("---\nid: Foo Bar\ntitle: a\n---\nx", 2, "foo-bar"),
        ("---\ntitle: [a]\n---\nx", 2, "one text"),
        ("---\ntitle: a\n---\n", 4, "Write the text"),
        ("---\ntitle: a\ntext", 1, "never ends"),
        ("+++\ntitle = \n+++\nx", 2, "TOML"),
        ("title\n\nbell \x07", 1, "U+0007"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(folder: Path, text: str, line: int, says: str) -> None:
    put(folder, "a.md", text)
    [problem] = broken(folder).problems
    assert problem.line == line
    assert says in problem.message
    assert problem.message.endswith(".")


def test_several_problems_of_a_file_are_told_at_once(folder: Path) -> None:
    put(folder, "a.md", "---\nid: A\nreview_on: x\nphrasings: y\n---\n")
    assert [problem.line for problem in broken(folder).problems] == [2, 3, 4, 6]


def test_a_file_with_unreadable_front_matter_still_tells_what_is_wrong_below(folder: Path) -> None:
    put(folder, "a.md", "---\ntitle: a: b\n---\nfine\nbell \x07\n")
    assert [problem.line for problem in broken(folder).problems] == [2, 4]


def test_a_misspelt_key_is_noted(folder: Path) -> None:
    put(folder, "a.md", "---\ntitle: a\nphrasing: [b]\n---\nx")
    [note] = parsed(folder).notes
    assert note.line == 3
    assert "did you mean phrasings?" in note.message


def test_a_misspelt_key_is_in_the_report_every_time(folder: Path, run: Import) -> None:
    put(folder, "a.md", "---\ntitle: a\nphrasings: [b c]\nphrasing: [d]\n---\nx")
    expected = ("a.md:4: phrasing is not a key that is read; did you mean phrasings?",)
    assert [only(run()).note_lines, only(run()).note_lines] == [expected, expected]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00bad!", b"# A\n\x00\x01", b"\x89PNG\r\n", "# Über\n".encode("utf-16")])
def test_what_is_no_text_is_wrong(folder: Path, content: bytes) -> None:
    put(folder, "a.md", content)
    [problem] = broken(folder).problems
    assert "not a UTF-8 text file" in problem.message


@pytest.mark.parametrize("text", ["---\n\nA ruler first.", "---\nnot a key\n---\nmore"])
def test_a_ruler_is_no_front_matter(folder: Path, text: str) -> None:
    put(folder, "a.md", text)
    assert "first" in parsed(folder).draft.body or "more" in parsed(folder).draft.body


@pytest.mark.parametrize("content", ["\ufeff# Über\n\nx".encode(), b"# \xc3\x9cber\r\n\r\nx\r\n"])
def test_byte_order_marks_and_windows_lines_are_read(folder: Path, content: bytes) -> None:
    put(folder, "a.md", content)
    assert (parsed(folder).draft.title, parsed(folder).draft.body) == ("Über", "x")


def test_files_that_cannot_be_read_are_named(folder: Path, tmp_path: Path) -> None:
    put(folder, "latin.md", b"ok\nGr\xfc\xdfe")
    put(folder, "large.md", b"x" * 1_000_001)
    put(tmp_path, "secret.md", "secret")
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    problems = {file.path: file.problems[0] for file in read_folder(folder) if isinstance(file, BrokenFile)}
    assert sorted(problems) == ["large.md", "latin.md", "link.md", "loop.md"]
    assert problems["latin.md"].line == 2
    assert "UTF-8" in problems["latin.md"].message
    assert "1,000,000" in problems["large.md"].message
    assert "out of the folder" in problems["link.md"].message


def test_hidden_files_and_other_kinds_are_left_out(folder: Path) -> None:
    for path in (".git/a.md", ".b.md", "node_modules/c.md", "d.txt", "e.MD"):
        put(folder, path, "text")
    assert [file.path for file in read_folder(folder)] == ["e.MD"]


def test_a_folder_that_is_not_there_is_an_error_with_a_sentence(folder: Path) -> None:
    with pytest.raises(NotADirectoryError, match="is not a folder"):
        list(read_folder(folder / "nowhere"))


def test_importing_again_changes_nothing(session: Session, folder: Path, run: Import) -> None:
    put(folder, "vpn.md", VPN)
    put(folder, "other.md", "text")
    first, second = run(), run()
    assert [file.status for file in first.files] == [FileStatus.CREATED] * 2
    assert [file.status for file in second.files] == [FileStatus.UNCHANGED] * 2
    assert first.index_version == second.index_version == 1
    assert [phrasing.source for phrasing in store.phrasings(session, "vpn-connect")] == [PhrasingSource.IMPORT] * 2
    assert store.article(session, "vpn-connect").source == "import:vpn.md"  # type: ignore[union-attr]


def test_a_changed_file_says_what_changed(session: Session, folder: Path, run: Import) -> None:
    put(folder, "vpn.md", VPN)
    run()
    put(folder, "vpn.md", VPN.replace("Open", "Start").replace("  - how do i get on the vpn\n", "  - vpn please\n  - vpn now\n"))
    report = run()
    assert only(report).changed == ("body", "phrasings (2 added, 1 removed)")
    assert report.index_version == 2
    assert [version.version for version in store.versions(session, "vpn-connect")] == [2, 1]
    assert [p.text for p in store.phrasings(session, "vpn-connect")] == ["tunnel: what is it", "vpn please", "vpn now"]


def test_a_broken_file_stops_nothing_and_keeps_its_last_good_version(session: Session, folder: Path, run: Import) -> None:
    put(folder, "vpn.md", VPN)
    run()
    put(folder, "vpn.md", VPN.replace("title: Connect", "title: [Connect"))
    put(folder, "z.md", "text")
    report = run()
    assert [file.status for file in report.files] == [FileStatus.WRONG, FileStatus.CREATED]
    assert not report.clean
    assert report.files[0].lines[0].startswith("vpn.md:")
    assert report.missing == ()
    assert store.article(session, "vpn-connect").title == "Connect to the VPN"  # type: ignore[union-attr]


def test_of_two_files_with_one_id_the_second_is_wrong_and_both_are_named(folder: Path, run: Import) -> None:
    put(folder, "a.md", VPN)
    put(folder, "b.md", VPN)
    report = run()
    assert [file.status for file in report.files] == [FileStatus.CREATED, FileStatus.WRONG]
    [line] = report.files[1].lines
    assert line.startswith("b.md:2: a.md has the id vpn-connect too")


def test_a_file_that_is_gone_is_reported_and_its_article_stays(session: Session, folder: Path, run: Import) -> None:
    put(folder, "vpn.md", VPN)
    put(folder, "b.md", "text")
    run()
    (folder / "vpn.md").unlink()
    report = run()
    assert [(gone.article, gone.path) for gone in report.missing] == [("vpn-connect", "vpn.md")]
    assert store.article(session, "vpn-connect") is not None


def test_a_file_that_moved_keeps_its_article(session: Session, folder: Path, run: Import) -> None:
    put(folder, "vpn.md", VPN)
    run()
    (folder / "new").mkdir()
    (folder / "vpn.md").rename(folder / "new" / "vpn.md")
    report = run()
    assert only(report).changed == ("path",)
    assert report.missing == ()
    assert store.article(session, "vpn-connect").source == "import:new/vpn.md"  # type: ignore[union-attr]


def test_phrasings_of_editors_survive(session: Session, folder: Path, run: Import, now: datetime) -> None:
    put(folder, "vpn.md", VPN)
    run()
    articles.add_phrasing(session, "vpn-connect", "tunnel is dead", by="Ana", now=now)
    put(folder, "vpn.md", VPN.replace("Open", "Start"))
    assert only(run()).status is FileStatus.CHANGED
    assert "tunnel is dead" in store.entries(session)[0].phrasings


def edit(session: Session, now: datetime) -> None:
    draft = store.draft(session, "vpn-connect")
    assert draft is not None
    changed = Draft(title=draft.title, body="Ana's text", topic=draft.topic, service_area="it", tags=draft.tags, review_on=draft.review_on)
    articles.save_article(session, changed, article="vpn-connect", by="Ana", now=now + timedelta(days=1))


def test_what_an_editor_changed_is_not_overwritten_unasked(session: Session, folder: Path, run: Import, now: datetime) -> None:
    put(folder, "vpn.md", VPN)
    run()
    edit(session, now)
    assert only(run()).status is FileStatus.UNCHANGED
    put(folder, "vpn.md", VPN.replace("Open", "Start"))
    conflict = only(run())
    assert conflict.status is FileStatus.CONFLICT
    assert "Ana" in conflict.lines[0]
    assert store.article(session, "vpn-connect").body == "Ana's text"  # type: ignore[union-attr]
    assert only(run(overwrite=True)).changed == ("body",)
    assert only(run()).status is FileStatus.UNCHANGED
    assert store.article(session, "vpn-connect").body == "1. Start the client."  # type: ignore[union-attr]


def test_a_file_brought_up_to_the_editors_text_ends_the_conflict(session: Session, folder: Path, run: Import, now: datetime) -> None:
    put(folder, "vpn.md", VPN)
    run()
    edit(session, now)
    put(folder, "vpn.md", VPN.replace("1. Open the client.", "Ana's text"))
    assert only(run()).status is FileStatus.UNCHANGED
    put(folder, "vpn.md", VPN)
    assert only(run()).status is FileStatus.CHANGED


def test_an_article_written_here_is_not_overwritten_by_a_file(session: Session, folder: Path, run: Import, now: datetime) -> None:
    articles.save_article(session, Draft(title="Connect", body="mine"), by="Ana", now=now)
    put(folder, "connect.md", "theirs")
    assert only(run()).status is FileStatus.CONFLICT


def test_two_folders_do_not_take_each_others_articles(session: Session, folder: Path, tmp_path: Path, run: Import) -> None:
    put(folder, "index.md", "one")
    put(tmp_path, "second/index.md", "two")
    run()
    report = run(at=tmp_path / "second")
    assert only(report).status is FileStatus.WRONG
    assert "index.md" in only(report).lines[0]
    assert report.missing == ()


def test_a_folder_that_moved_goes_on_as_before(session: Session, folder: Path, tmp_path: Path, run: Import) -> None:
    put(folder, "a.md", "one")
    run()
    moved = folder.rename(tmp_path / "elsewhere")
    put(moved, "a.md", "two")
    assert only(run(at=moved)).changed == ("body",)


def test_a_file_marked_as_draft_is_taken_back(session: Session, folder: Path, run: Import) -> None:
    put(folder, "a.md", "---\ntitle: a\n---\nx")
    run()
    put(folder, "a.md", "---\ntitle: a\ndraft: true\n---\nx")
    assert only(run()).changed == ("status",)
    assert store.article(session, "a").status is Status.DRAFT  # type: ignore[union-attr]
    assert store.entries(session) == []


def test_progress_is_told(folder: Path, session: Session, now: datetime) -> None:
    put(folder, "a.md", "x")
    told: list[tuple[str, int, int]] = []
    import_folder(session, folder, by="import", now=now, progress=lambda *step: told.append(step))
    assert told == [("files", 1, 1), ("articles", 1, 1)]
