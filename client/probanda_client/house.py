"""One organisation's part of the API."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from probanda_client.sending import Form

AGAIN = (429, 502, 503, 504)
"""Answers after which the same request is sent once more, after the time that the server names."""


class Refused(Exception):
    """The server refused: `status` and its problems, each with `code`, `sentence` and `hint`."""

    def __init__(self, status: int, problems: list[dict[str, Any]]):
        super().__init__(" ".join(f"{one['sentence']} {one.get('hint') or ''}".strip() for one in problems))
        self.status, self.problems = status, problems

    @property
    def code(self) -> str:
        return str(self.problems[0]["code"]) if self.problems else ""


class Unreachable(Exception):
    """Nothing that could be read came back."""


class Answer:
    """What came back: `data` as JSON, and the `etag` that a change of it names."""

    def __init__(self, data: Any, etag: str):
        self.data, self.etag = data, etag


class Probanda:
    """Asks one organisation of one server, with a token.

    `attempts` is how often a request is sent that got no answer; those that make something carry a key, so sending
    them again does nothing twice.
    """

    def __init__(self, url: str, organisation: str, token: str, *, seconds: float = 60, attempts: int = 4):
        place = urllib.parse.quote(organisation, safe="")
        self.root = f"{url.rstrip('/')}/o/{place}/api/v1/"
        self.token, self.seconds, self.attempts = token, seconds, attempts

    def get(self, path: str, **filters: Any) -> Answer:
        """Read one thing, or one page of a list."""
        asked = urllib.parse.urlencode({name: value for name, value in filters.items() if value is not None}, True)
        return self._ask("GET", self.root + path + (f"?{asked}" if asked else ""))

    def every(self, path: str, **filters: Any) -> Iterator[dict[str, Any]]:
        """Read a list to its end, page by page."""
        page = self.get(path, **filters).data
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            page = self._ask("GET", self.root + path + "?" + urllib.parse.urlsplit(page["next"]).query).data

    def post(self, path: str, data: Any = None, *, key: str | None = None, etag: str | None = None) -> Answer:
        """Make something, or act on it; `key` makes it safe to send again, `etag` names what was read."""
        body = json.dumps(data if data is not None else {}).encode()
        return self._ask("POST", self.root + path, body, "application/json", key=key, etag=etag)

    def patch(self, path: str, data: Any, *, etag: str) -> Answer:
        """Change a thing that was read under `etag`; refused with status 412 where somebody was quicker."""
        return self._ask("PATCH", self.root + path, json.dumps(data).encode(), "application/json", etag=etag)

    def send_files(
        self, path: str, files: Sequence[Path], fields: Sequence[tuple[str, str]], *, key: str | None = None
    ) -> Answer:
        """Send files with the fields of a form; they are read piece by piece, whatever their size."""
        return self._ask("POST", self.root + path, Form(fields, files), "", key=key)

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes | Form | None = None,
        content_type: str = "",
        *,
        key: str | None = None,
        etag: str | None = None,
    ) -> Answer:
        repeatable = method == "GET" or key is not None
        for attempt in range(1, self.attempts + 1):
            request = urllib.request.Request(url, data=body, method=method)  # noqa: S310 - what the caller names
            request.add_header("Authorization", f"Bearer {self.token}")
            request.add_header("Accept", "application/json")
            if body is not None:
                request.add_header("Content-Length", str(len(body)))
                request.add_header("Content-Type", body.content_type if isinstance(body, Form) else content_type)
            for name, value in (("Idempotency-Key", key), ("If-Match", etag)):
                if value is not None:
                    request.add_header(name, value)
            try:
                with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
                    return Answer(json.loads(answer.read() or b"null"), answer.headers.get("ETag", ""))
            except urllib.error.HTTPError as error:
                if error.code not in AGAIN or not repeatable or attempt == self.attempts:
                    raise Refused(error.code, _problems(error)) from None
                pause = error.headers.get("Retry-After", "")
            except (OSError, ValueError) as error:
                if not repeatable or attempt == self.attempts:
                    raise Unreachable(f"{self.root} cannot be reached: {error}") from error
                pause = ""
            time.sleep(min(float(pause), 60) if pause.isdecimal() else 0.5 * 2**attempt)
        raise AssertionError("The last attempt returns or raises.")


def _problems(error: urllib.error.HTTPError) -> list[dict[str, Any]]:
    try:
        found = json.loads(error.read())["problems"]
        return [{"sentence": "", **one} for one in found]
    except (ValueError, KeyError, TypeError):
        return [{"code": f"http-{error.code}", "sentence": f"The server answered {error.code} {error.reason}."}]
