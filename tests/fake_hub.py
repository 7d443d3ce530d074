"""A Hugging Face Hub on this machine: real HTTP, real ids and figures, and every known fault.

    with FakeHub() as hub:            # 127.0.0.1, any free port
        hub.fault("Qwen", "html")     # Qwen's listing answers with a page of HTML
        ... HF_ENDPOINT=hub.endpoint ...

    python -m tests.fake_hub --port 8900      # by hand; --help lists the faults

It serves the 1,000 models that the Hub listed on 2026-05-04 (tests/fixtures/huggingface) with the
Hub's field names. What the recording lacks is INVENTED here, the same way each time:

- `_id`: the first 24 hex digits of the SHA-256 of the model's id;
- `downloadsAllTime`: the 30-day downloads times a number between 4 and 23 taken from that hash;
- `gated`, `private`, `disabled`: false.

`day` is the number of days since the recording: each day adds a thirtieth of the 30-day downloads
to the all-time counter and moves the window by a little, so that a history can be collected.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from tests.fake_http import Answering, http_date, serve_until_stopped

FIXTURES = Path(__file__).parent / "fixtures" / "huggingface"
LISTING = FIXTURES / "hub_listing_1000_models_2026-05-04.json.gz"

EXPANDABLE = (
    "author", "baseModels", "cardData", "config", "createdAt", "disabled", "downloads",
    "downloadsAllTime", "evalResults", "gated", "gguf", "inference", "inferenceProviderMapping",
    "lastModified", "library_name", "likes", "mask_token", "model-index", "pipeline_tag",
    "private", "resourceGroup", "safetensors", "sha", "siblings", "spaces", "tags",
    "transformersInfo", "trendingScore", "widgetData", "xetEnabled",
)  # fmt: skip
DEFAULT_FIELDS = (
    "likes", "trendingScore", "private", "downloads", "tags", "pipeline_tag", "library_name",
    "createdAt", "modelId",
)  # fmt: skip
SORTS = ("downloads", "likes", "lastModified", "createdAt", "trendingScore")

FAULTS = {
    "base-models-400": "400 that refuses expand=baseModels in a listing",
    "400": "400 whatever is asked",
    "429-window": "429 with RateLimit r=0;t=1",
    "429-seconds": "429 from another limiter: r > 0 and Retry-After: 1",
    "429-date": "429 with Retry-After as an HTTP date",
    "429-days": "429 that asks to wait for three days",
    "401": "401 + X-Error-Code: RepoNotFound, as for what does not exist",
    "403-token": "403 when a token is sent, fine without",
    "401-token": "401 'Invalid credentials' when a token is sent, fine without",
    "renamed": "307 to the organisation of the new name (hub.renames)",
    "500": "500 with a JSON message",
    "504-page-2": "504 on the second page",
    "html": "HTML with status 200",
    "html-429": "429 with an HTML body",
    "not-json": "text that is not JSON, with a JSON content type",
    "object": "a JSON object in the place of the list",
    "error-list": "404 whose body is a JSON list",
    "repeated-row": "the first row of page 1 again at the head of page 2",
    "no-downloads": "rows without downloads",
    "no-fields": "rows without pipeline_tag, library_name and tags",
    "half-score": "trendingScore 0.5",
    "short-page": "a page shorter than the limit, in the middle",
    "falling": "an all-time counter lower than the day before",
    "half": "half of the repositories",
    "empty": "an empty list",
    "malformed-row": "one row more, which is not what the Hub promises",
    "foreign": "the filter by author is ignored",
    "truncated-gzip": "a gzip body that ends early",
    "reset": "the connection is reset half way",
    "cut": "fewer bytes than Content-Length says",
    "timeout": "no answer for `hub.stall_seconds`",
    "too-large": "a body of `hub.large_bytes`",
    "gzip-bomb": "the same, compressed to next to nothing",
    "foreign-link": "a Link to another host",
    "endless-link": "a Link to the same page, for ever",
    "echo-token": "the token that was sent comes back in the body",
    "redirect-away": "307 to another host",
}

Model = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """One request that arrived; header names are in lower case."""

    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


@dataclass
class _Fault:
    name: str
    times: float


@dataclass
class FakeHub:
    """A Hub that listens while it is open. All settings may be changed while it runs."""

    models: list[Model] = field(default_factory=lambda: list(recorded_models()))
    port: int = 0
    day: int = 0
    page_cap: int = 1000
    calls_left: int = 489
    stall_seconds: float = 2.0
    large_bytes: int = 4 * 2**20
    renames: dict[str, str] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    before_answer: Any = None
    # Answers what is not the Hub's own: given the handler, says whether it did.
    elsewhere: Callable[[Answering], bool] = lambda handler: False

    def __post_init__(self) -> None:
        self._faults: dict[str, list[_Fault]] = {}
        handler = type("Handler", (_Handler,), {"hub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> FakeHub:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def fault(self, organisation: str, name: str, times: float = float("inf")) -> None:
        """Let an organisation's listing fail, `times` times; "*" means every organisation."""
        if name not in FAULTS:
            raise ValueError(f"no fault is named {name!r}; known: {', '.join(FAULTS)}")
        self._faults.setdefault(organisation, []).append(_Fault(name, times))

    def heal(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def rename(self, old: str, new: str) -> None:
        """Rename a repository; its `_id` stays."""
        model = next(known for known in self.models if known["id"] == old)
        self.renames[old] = new
        model.update(id=new, modelId=new, author=_owner(new))

    def remove(self, organisation: str, keep: int) -> None:
        """Delete all but the first `keep` repositories of an organisation."""
        own = [model for model in self.models if model["author"] == organisation]
        gone = {model["_id"] for model in own[keep:]}
        self.models = [model for model in self.models if model["_id"] not in gone]

    def add(self, model_id: str, **fields: Any) -> Model:
        """Add an invented repository; returns it."""
        model = invented(model_id, **fields)
        self.models.append(model)
        return model

    def organisations(self) -> Counter[str]:
        """Number of repositories of each organisation."""
        return Counter(model["author"] for model in self.models)

    def take_fault(self, organisation: str, is_applicable: Any) -> str | None:
        """The fault for this request, if one is set; counts it."""
        for fault in (*self._faults.get(organisation, ()), *self._faults.get("*", ())):
            if fault.times > 0 and is_applicable(fault.name):
                fault.times -= 1
                return fault.name
        return None

    def on_day(self, model: Model) -> Model:
        """A repository with its counters advanced to `day`."""
        model = dict(model)
        if isinstance(model.get("downloads"), int):
            window = model["downloads"]
            drift = int(model["_id"][:2], 16) % 7 - 3
            model["downloads"] = max(0, window + window * drift * self.day // 1000)
            model["downloadsAllTime"] += self.day * window // 30
        return model


def recorded_models(path: Path = LISTING) -> list[Model]:
    """The recorded models in the Hub's words; the module's text says what is invented."""
    archived = json.loads(gzip.decompress(path.read_bytes()))["models"]
    return [
        invented(
            row["id"],
            author=row["author"],
            likes=row["likes"],
            trendingScore=row["trendingScore"],
            downloads=row["downloads"],
            tags=row["tags"],
            pipeline_tag=row["pipelineTag"],
            library_name=row["libraryName"],
            createdAt=row["createdAt"],
            lastModified=row["lastModified"],
        )
        for row in archived
    ]


def recorded_rows(name: str) -> list[Model]:
    """A recorded listing of tests/fixtures/huggingface, as the Hub sent it."""
    rows: list[Model] = json.loads((FIXTURES / name).read_bytes())
    return rows


def invented(model_id: str, **fields: Any) -> Model:
    """A repository in the Hub's own fields; what is not given is invented from its id."""
    digest = hashlib.sha256(model_id.encode()).hexdigest()
    downloads = fields.pop("downloads", int(digest[24:28], 16))
    model = {
        "_id": digest[:24],
        "id": model_id,
        "modelId": model_id,
        "author": _owner(model_id),
        "likes": int(digest[28:30], 16),
        "trendingScore": 0,
        "downloads": downloads,
        "downloadsAllTime": downloads * (4 + int(digest[:8], 16) % 20),
        "tags": ["region:us"],
        "createdAt": "2025-01-02T03:04:05.000Z",
        "lastModified": "2025-02-03T04:05:06.000Z",
        "gated": False,
        "private": False,
        "disabled": False,
    }
    # The Hub leaves out what has no value; it does not send null.
    return {key: value for key, value in {**model, **fields}.items() if value is not None}


class _Handler(Answering):
    hub: FakeHub

    def usual_headers(self) -> Mapping[str, str]:
        """The rate limit, which is on every answer."""
        return {
            "RateLimit": f'"api";r={self.hub.calls_left};t=189',
            "RateLimit-Policy": '"fixed window";"api";q=500;w=300',
        }

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.requests.append(Seen(unquote(parts.path), query, headers))
        if self.hub.before_answer:
            self.hub.before_answer()
        path = unquote(parts.path)
        if self.hub.elsewhere(self):
            pass
        elif path == "/api/models":
            self._listing(query)
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)", path):
            self._single(found[1], query)
        elif found := re.fullmatch(r"/api/organizations/([^/]+)/overview", path):
            self._overview(found[1])
        elif path == "/api/trending":
            self._trending(query)
        else:
            self.send_json(404, {"error": "Sorry, we can't find the page you are looking for."})

    def _listing(self, query: Mapping[str, list[str]]) -> None:
        author = query.get("author", [""])[0]
        expand = query.get("expand[]", []) + query.get("expand", [])
        offset = int(query.get("cursor", ["0"])[0])
        fault = self.hub.take_fault(author, lambda name: self._applies(name, expand, offset))
        if fault in _ANSWERS:
            _ANSWERS[fault](self, query)
            return
        problem = self._refused(query, expand)
        if problem:
            self.send_json(400, {"error": problem})
            return
        rows = self._rows(query, fault)
        limit = min(int(query.get("limit", ["50"])[0]), self.hub.page_cap)
        page = rows[offset : offset + limit]
        if fault == "short-page":
            page = page[: limit // 2]
        after = offset + len(page)
        if fault == "repeated-row" and offset:
            page = [rows[0], *page]
        if fault == "malformed-row" and not offset:
            page = [*page, {"id": 17, "downloads": "many"}]
        headers = {}
        if after < len(rows):
            headers["Link"] = self._link(query, after)
        if fault == "foreign-link":
            headers["Link"] = '<http://example.invalid/api/models?cursor=1>; rel="next"'
        if fault == "endless-link":
            headers["Link"] = self._link(query, max(offset, 1))
        shown = [self._shown(row, expand, fault) for row in page]
        self.send_json(200, shown, headers)

    def _applies(self, name: str, expand: list[str], offset: int) -> bool:
        if name.endswith("-token"):
            return "Authorization" in self.headers
        if name == "504-page-2":
            return offset > 0
        if name == "base-models-400":
            return "baseModels" in expand
        return True

    def _refused(self, query: Mapping[str, list[str]], expand: list[str]) -> str | None:
        for position, name in enumerate(expand):
            if name not in EXPANDABLE:
                return _invalid_option(EXPANDABLE, f"expand[{position}]")
        if query.get("sort", ["downloads"])[0] not in SORTS:
            return _invalid_option(SORTS, "sort")
        return None

    def _rows(self, query: Mapping[str, list[str]], fault: str | None) -> list[Model]:
        rows = [self.hub.on_day(model) for model in self.hub.models]
        author = query.get("author", [""])[0]
        if author and fault != "foreign":
            rows = [row for row in rows if row.get("author") == author]
        search = query.get("search", [""])[0].lower()
        rows = [row for row in rows if search in str(row["id"]).lower()]
        for tag in query.get("filter", []):
            rows = [row for row in rows if tag in row.get("tags", ())]
        if fault == "empty":
            rows = []
        if fault == "half":
            rows = rows[: len(rows) // 2]
        sort = query.get("sort", ["trendingScore"])[0]
        return sorted(rows, key=lambda row: (_order(row.get(sort)), row["_id"]), reverse=True)

    def _shown(self, row: Model, expand: list[str], fault: str | None) -> Model:
        fields = expand or DEFAULT_FIELDS
        shown = {key: row[key] for key in ("_id", "id", *fields) if key in row}
        if fault == "no-downloads":
            shown.pop("downloads", None)
        if fault == "no-fields":
            for name in ("pipeline_tag", "library_name", "tags"):
                shown.pop(name, None)
        if fault == "half-score":
            shown["trendingScore"] = 0.5
        if fault == "falling" and "downloadsAllTime" in shown:
            shown["downloadsAllTime"] = shown["downloadsAllTime"] // 2
        return shown

    def _link(self, query: Mapping[str, list[str]], offset: int) -> str:
        """The next page, on this host; the Hub writes expand= whatever the spelling was."""
        pairs = [
            ("expand" if name == "expand[]" else name, value)
            for name, value in parse_qsl(urlsplit(self.path).query)
            if name != "cursor"
        ]
        address = f"{self.hub.endpoint}/api/models?{urlencode([*pairs, ('cursor', offset)])}"
        return f'<{address}>; rel="next"'

    def _single(self, model_id: str, query: Mapping[str, list[str]]) -> None:
        if model_id in self.hub.renames:
            self._redirect(f"/api/models/{self.hub.renames[model_id]}")
            return
        row = next((row for row in self.hub.models if row["id"] == model_id), None)
        if row is None:
            self._missing()
            return
        expand = query.get("expand[]", []) + query.get("expand", [])
        self.send_json(200, self._shown(self.hub.on_day(row), expand, None))

    def _overview(self, name: str) -> None:
        count = self.hub.organisations().get(name)
        if count is None:
            self.send_json(404, {"error": "This organization does not exist"})
        else:
            self.send_json(200, {"name": name, "fullname": name, "numModels": count})

    def _trending(self, query: Mapping[str, list[str]]) -> None:
        limit = min(int(query.get("limit", ["10"])[0]), 20)
        top = sorted(self.hub.models, key=lambda row: -row.get("trendingScore", 0))[:limit]
        self.send_json(
            200, {"recentlyTrending": [{"repoType": "model", "repoData": m} for m in top]}
        )

    def _missing(self) -> None:
        headers = {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}
        self.send_json(401, {"error": "Invalid username or password."}, headers)

    def _redirect(self, target: str) -> None:
        self.send(307, b"", {"Location": target, "Content-Type": "text/plain"})

    def send_limit(self, headers: Mapping[str, str], body: bytes | None = None) -> None:
        if body is None:
            self.send_json(429, {"error": "We had to rate limit you"}, headers)
        else:
            self.send(429, body, {"Content-Type": "text/html", **headers})

    def _renamed(self, query: Mapping[str, list[str]]) -> None:
        old = query["author"][0]
        pairs = [
            (name, self.hub.renames[old] if name == "author" else value)
            for name, value in parse_qsl(urlsplit(self.path).query)
        ]
        self._redirect(f"/api/models?{urlencode(pairs)}")

    def _echo(self, _: object) -> None:
        self.send_json(200, [{"id": self.headers.get("Authorization")}])


_ANSWERS: dict[str, Any] = {
    "base-models-400": lambda h, q: h.send_json(
        400, {"error": _invalid_option(EXPANDABLE, "expand[11]")}
    ),
    "400": lambda h, q: h.send_json(400, {"error": "\u2716 Invalid input\n  \u2192 at author"}),
    "429-window": lambda h, q: h.send_limit({"RateLimit": '"api";r=0;t=1'}),
    "429-seconds": lambda h, q: h.send_limit(
        {"RateLimit": '"api";r=99794;t=241', "Retry-After": "1"}
    ),
    "429-date": lambda h, q: h.send_limit({"Retry-After": http_date(2)}),
    "429-days": lambda h, q: h.send_limit({"Retry-After": "259200"}),
    "401": lambda h, q: h._missing(),
    "403-token": lambda h, q: h.send_json(403, {"error": "Forbidden"}),
    "401-token": lambda h, q: h.send_json(
        401, {"error": "Invalid credentials in Authorization header"}
    ),
    "renamed": lambda h, q: h._renamed(q),
    "500": lambda h, q: h.send_json(
        500, {"error": "Internal Error - We're working hard to fix this"}
    ),
    "504-page-2": lambda h, q: h.send_page(504),
    "html": lambda h, q: h.send_page(),
    "html-429": lambda h, q: h.send_limit({}, b'<a href="#etiquette">429 RATE LIMIT EXCEEDED</a>'),
    "not-json": lambda h, q: h.send(200, b"[{'id':", {"Content-Type": "application/json"}),
    "object": lambda h, q: h.send_json(200, {"models": []}),
    "error-list": lambda h, q: h.send_json(404, ["Not found"]),
    "truncated-gzip": lambda h, q: h.send_truncated_gzip(),
    "reset": lambda h, q: h.send_reset(),
    "cut": lambda h, q: h.send_cut(),
    "timeout": lambda h, q: h.stall(h.hub.stall_seconds),
    "too-large": lambda h, q: h.send_large(h.hub.large_bytes, compress=False),
    "gzip-bomb": lambda h, q: h.send_large(h.hub.large_bytes, compress=True),
    "echo-token": _Handler._echo,
    "redirect-away": lambda h, q: h._redirect("http://localhost:9/api/models"),
}


def _invalid_option(known: Iterable[str], place: str) -> str:
    names = "|".join(f'"{name}"' for name in known)
    return f"\u2716 Invalid option: expected one of {names}\n  \u2192 at {place}"


def _owner(model_id: str) -> str:
    return model_id.partition("/")[0]


def _order(value: Any) -> tuple[int, Any]:
    """Values in the Hub's descending order: what has no value comes last."""
    if isinstance(value, (int, float)):
        return (1, value)
    return (2, value) if isinstance(value, str) else (0, 0)


def main() -> None:
    faults = "\n".join(f"  {name:16} {text}" for name, text in FAULTS.items())
    parser = argparse.ArgumentParser(
        description="A fake Hugging Face Hub on 127.0.0.1; set HF_ENDPOINT to what it prints.",
        epilog=f"faults:\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="port; 0 takes a free one")
    parser.add_argument("--listing", type=Path, default=LISTING, help="recorded models (.json.gz)")
    parser.add_argument("--day", type=int, default=0, help="days since the recording")
    parser.add_argument("--page-cap", type=int, default=1000, help="most rows a page")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="ORG=FAULT",
        help="repeatable; * = every org",
    )
    given = parser.parse_args()
    hub = FakeHub(
        recorded_models(given.listing), port=given.port, day=given.day, page_cap=given.page_cap
    )
    for fault in given.fault:
        organisation, _, name = fault.partition("=")
        hub.fault(organisation, name)
    with hub:
        print(f"HF_ENDPOINT={hub.endpoint}", flush=True)
        serve_until_stopped()


if __name__ == "__main__":
    main()
