"""The RSS feed of Interconnects."""

from __future__ import annotations

from typing import ClassVar

from collectors.interconnects import FEED
from tests.fake_services import FakeService, Reply, Request
from tests.recorded import recorded

POSTS = 17
FORBIDDEN = b"<!doctype html><title>Forbidden</title>"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<rss><channel><item><title>&b;</title></item></channel></rss>"
)


class Interconnects(FakeService):
    name = "interconnects"
    variable = "INTERCONNECTS_BASE_URL"
    required_field = "link"
    own_faults: ClassVar[dict[str, str]] = {
        "data-centre": "403 with a page, as for addresses of data centres",
        "entities": "a document type that declares entities",
        "no-posts": "a feed without posts",
    }

    def reply(self, request: Request) -> Reply:
        if request.path != f"/{FEED}":
            return Reply(FORBIDDEN, 404, "text/html")
        faults = self.fault_names()
        if "data-centre" in faults:
            return Reply(FORBIDDEN, 403, "text/html")
        if "entities" in faults:
            return Reply(BOMB, content_type="application/xml; charset=utf-8")
        head, _, tail = recorded("interconnects").body.decode().partition("</channel>")
        posts = "".join(_post(number) for number in range(POSTS))
        if "no-posts" in faults:
            head, posts = head.partition("<item>")[0], ""
        body = f"{head}{posts}</channel>{tail}"
        return Reply(body.encode(), content_type="application/xml; charset=utf-8")

    def spoiled(self, reply: Reply, how: str) -> Reply:
        if how == "missing-field":
            body = reply.body.replace(b"<link>https://www.interconnects.ai/p/", b"<was>/")
            body = body.replace(b"</link><guid", b"</was><guid")
        else:
            body = reply.body.replace(b"<link>https://", b"<link>unexpected ")
        return Reply(body, content_type=reply.content_type)


def _post(number: int) -> str:
    address = f"https://www.interconnects.ai/p/invented-{number}"
    return (
        f"<item><title>Invented {number}</title><link>{address}</link><guid>{address}</guid>"
        f"<pubDate>{1 + number:02d} Oct 2026 12:00:00 GMT</pubDate></item>"
    )
