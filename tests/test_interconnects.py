"""The Interconnects feed: plain titles, https only, no entities, and a refusal that is normal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.errors import WrongAnswerError
from tests.fakes.interconnects import BOMB, POSTS, Interconnects
from tests.recorded import recorded
from tests.source_lab import SourceLab, lab_of, parsed, rows_of

NAME = "interconnects"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceLab]:
    with lab_of(Interconnects(), tmp_path, monkeypatch) as lab:
        yield lab


def feed(item: str) -> bytes:
    """A feed of one post."""
    return f'<rss version="2.0"><channel><item>{item}</item></channel></rss>'.encode()


def post(title: str = "A", link: str = "https://x.example/p", date: str = "") -> bytes:
    return feed(
        f"<title><![CDATA[{title}]]></title><link><![CDATA[{link}]]></link><guid>g</guid>"
        f"<pubDate>{date}</pubDate>"
    )


def test_posts_with_title_address_and_instant() -> None:
    first, second, third = rows_of(parsed(NAME))
    assert first["guid"] == first["url"] == "https://www.interconnects.ai/p/example-post"
    assert first["published_at"] == datetime(2026, 11, 18, 14, 2, 11, tzinfo=UTC)
    assert second["published_at"] == datetime(2026, 11, 9, 14, 30, tzinfo=UTC)
    assert third["published_at"] is None


def test_the_text_of_a_post_is_not_kept() -> None:
    assert b"teaser" in recorded(NAME).body
    assert "teaser" not in str(rows_of(parsed(NAME)))


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("Open &amp; <em>shut</em>", "Open & shut"),
        ("<script>alert(1)</script>Title", "Title"),
        ("<img src=x onerror=alert(1)>Title", "Title"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("two\n  lines\u00a0here", "two lines here"),
        ("turned\u202earound", "turned around"),
        ("long " * 200, ("long " * 200)[:397] + "..."),
    ],
)
def test_a_title_becomes_plain_text(html: str, plain: str) -> None:
    (row,) = rows_of(parsed(NAME, post(title=html)))
    assert row["title"] == plain


@pytest.mark.parametrize(
    "link",
    [
        "http://x.example/p", "javascript:alert(1)", "https://user@x.example/", "https://",
        "https://x.example/a b", 'https://x.example/"onclick="x', "//x.example/p", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_https_is_set_aside(link: str) -> None:
    found = parsed(NAME, post(link=link))
    assert rows_of(found) == []
    assert found.set_aside[0] in ("link is not an https address", "link is missing")


@pytest.mark.parametrize("date", ["yesterday", "Wed, 99 Foo 2026 00:00:00 GMT", "1 Jan 1980"])
def test_a_date_that_is_none_is_set_aside(date: str) -> None:
    assert parsed(NAME, post(date=date)).set_aside


def test_a_post_without_an_identity_is_set_aside() -> None:
    found = parsed(NAME, feed("<title>A</title><link>https://x.example/p</link>"))
    assert (found.set_aside, found.rows_missing_key) == (["guid is missing"], 1)


def test_a_post_that_comes_twice_counts_once() -> None:
    head, item, rest = recorded(NAME).body.partition(b"<item>")
    twice = head + item + rest.partition(b"</item>")[0] + b"</item>" + item + rest
    assert parsed(NAME, twice).rows_read == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BOMB, "a document type"),
        (b'<!DOCTYPE rss SYSTEM "file:///etc/hostname"><rss/>', "a document type"),
        (b"<rss><channel><item><title>&x;</title></item></channel></rss>", "are not XML"),
        (b"<html><body>Just a moment</body></html>", "found XML of 'html'"),
        (b"<rss><channel></channel></rss>", "with posts, found none"),
        (b"<rss>" + b"<a>" * 5000, "elements 100 deep"),
        (b"<rss><channel>", "are not XML"),
    ],
)
def test_what_is_no_feed_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(WrongAnswerError, match=said):
        parsed(NAME, body)


def test_the_feed_is_read(lab: SourceLab) -> None:
    result = lab.collect()
    assert result.exit == "done"
    assert len(lab.rows(result)) == POSTS + 3


def test_a_refusal_is_said_to_be_normal_and_keeps_what_was_read(lab: SourceLab) -> None:
    first = lab.collect()
    before = lab.rows(first)
    lab.fake.fault("data-centre")
    result = lab.collect()
    assert result.exit == "failed"
    reason = str(result.entities[0].reason)
    assert reason.startswith("HTTP 403; the host of the feed refuses addresses of data centres")
    assert "INTERCONNECTS_BASE_URL" in reason
    assert lab.rows(first) == before
    assert lab.rows(result) == []


@pytest.mark.parametrize("fault", ["entities", "no-posts"])
def test_a_feed_that_is_none_leaves_no_row(lab: SourceLab, fault: str) -> None:
    lab.fake.fault(fault)
    result = lab.collect()
    assert result.exit == "failed"
    assert lab.rows(result) == []
