"""One person at their browser: what they open, type, send and decide, with time to think in between."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import uuid4

import aiohttp
from yarl import URL

from bench.working_day.told import Change, Decided, Sent, Told

HOT = 0.3
"""The share of edits that go to the few rows which everybody works on."""
TRIES = 6
SIZES = (20_000, 20_000, 20_000, 20_000, 200_000, 1_000_000)


@dataclass(frozen=True)
class Place:
    """An organisation as its people know it: `rows` are ids by checklist, `hot` those that many change at once."""

    root: str
    checklists: list[str]
    rows: list[str]
    hot: list[str]


@dataclass
class Person:
    """A member with a session of their own; `pause` is the mean time between two acts in seconds."""

    name: str
    role: str
    place: Place
    browser: aiohttp.ClientSession
    url: URL
    told: Told
    pause: float
    dice: random.Random
    end: float
    token: str = ""

    async def work(self) -> None:
        """Do one thing after the other until the day is over."""
        await asyncio.sleep(self.dice.uniform(0, self.pause))
        weights, deeds = zip(*self._deeds(), strict=True)
        while time.monotonic() < self.end:
            await self.dice.choices(deeds, weights)[0]()
            await asyncio.sleep(self.dice.expovariate(1 / self.pause))

    def _deeds(self) -> Sequence[tuple[int, Callable[[], Awaitable[None]]]]:
        looks = [(8, self.look_at_list), (6, self.look_at_row), (6, self.look_around)]
        answers = [(30, self.edit), (14, self.upload), (14, self.submit)]
        return {
            "contributor": [*answers, *looks],
            "auditor": [(30, self.review), (10, self.edit), (6, self.upload), *looks],
            "legal_reviewer": [(40, self.review), *looks],
            "observer": looks,
            "administrator": [(3, self.export), (20, self.push), *looks],
        }[self.role]

    # -- looking

    async def look_at_list(self) -> None:
        await self._get("checklist page", f"checklists/{self.dice.choice(self.place.checklists)}/")

    async def look_at_row(self) -> None:
        await self._get("row page", f"checklists/rows/{self._row()}/")

    async def look_around(self) -> None:
        words = self.dice.choice(["logs", "risk management system", "26(1)", "notice"])
        kind, path = self.dice.choice(
            [
                ("home", ""), ("library", "evidence/"), ("search", f"search/?q={words}"), ("progress", "progress/"),
                ("findings", "findings/"), ("checklists", "checklists/"), ("trail", "trail/"),
            ]
        )  # fmt: skip
        await self._get(kind, path)

    async def export(self) -> None:
        await self._get("sheet (XLSX)", f"sheets/rows/{self.dice.choice(self.place.checklists)}/xlsx/")

    # -- changing

    async def edit(self) -> None:
        """Add a word to the note of a row within its list; whoever was overtaken reads again and saves again."""
        row, word = self._row(), uuid4().hex[:8]
        address = f"checklists/rows/{row}/quick/"
        part = {"X-Part": "1"}
        code, page = await self._get("row in its list", address, part)
        for _ in range(TRIES):
            if code != 200 or 'name="revision"' not in page:
                return  # under review: nobody changes it now
            given = {
                "note": f"{_said(page)} {word}".strip(),
                "revision": _value(page, "revision"),
                "owner": _chosen(page, "owner"),
                "due_on": _value(page, "due_on"),
            }
            code, _answer = await self._post("save a row", address, given, part)
            if code == 200:
                self.told.changes.append(Change(row, word))
                return
            self.told.overtaken["save a row"] += 1
            code, page = await self._get("row in its list", address, part)

    async def upload(self) -> None:
        """Send a file to a row: it is kept and attached, or neither."""
        row = self._row()
        await self._get("row page", f"checklists/rows/{row}/")
        await self._send(row)

    async def _send(self, row: str) -> bool:
        data = self.dice.randbytes(self.dice.choice(SIZES))
        form = aiohttp.FormData()
        form.add_field("file", data, filename=f"{self.name}-{uuid4().hex[:6]}.bin")
        form.add_field("confidentiality", "internal")
        code, _page = await self._post("upload to a row", f"checklists/rows/{row}/add-file/", form)
        if code == 302:
            self.told.sent.append(Sent(row, hashlib.sha256(data).hexdigest()))
        else:
            self.told.overtaken["upload to a row"] += 1  # it went to review meanwhile
        return code == 302

    async def submit(self) -> None:
        """Answer a row with a file, and submit it."""
        row = self.dice.choice(self.place.rows)
        code, page = await self._get("row page", f"checklists/rows/{row}/")
        if code != 200 or 'name="revision"' not in page or not await self._send(row):
            return
        code, page = await self._get("row page", f"checklists/rows/{row}/")
        if code != 200 or 'name="revision"' not in page:
            return
        given = {"verdict": "met", "reason": "", "note": _said(page), "revision": _value(page, "revision")}
        given |= {"owner": _chosen(page, "owner"), "due_on": _value(page, "due_on"), "submit": "1"}
        code, _page = await self._post("answer and submit", f"checklists/rows/{row}/", given)
        self.told.submitted += code == 302
        self.told.overtaken["answer and submit"] += code != 302

    async def review(self) -> None:
        """Decide on one row after having read it, or on several in the queue."""
        code, page = await self._get("review queue", "checklists/review/")
        seen = re.findall(r'name="seen-([0-9a-f-]{36})" value="([0-9a-f]{64})"', page)
        able = [(row, digest) for row, digest in seen if f'name="decide-{row}" value="accept"' in page]
        if code != 200 or not able:
            return
        chosen = self.dice.sample(able, min(len(able), self.dice.choice([1, 1, 3])))
        decision = self.dice.choices(["accept", "return"], [8, 1])[0]
        if len(chosen) == 1:
            [(row, digest)] = chosen
            await self._get("row page", f"checklists/rows/{row}/?queue=1")
            given = {"seen": digest, "reason": "Read it with care."}
            code, _page = await self._post("decide on a row", f"checklists/rows/{row}/{decision}/", given)
            self._decided([row] if code == 302 else [], decision)
            self.told.overtaken["decide on a row"] += code != 302
            return
        given = {}
        for row, digest in chosen:
            given |= {f"decide-{row}": decision, f"seen-{row}": digest, f"reason-{row}": "Read it with care."}
        code, page = await self._post("decide on several", "checklists/review/", given)
        refused = {row for row, _digest in chosen if _is_refused(page, row)} if code == 409 else set()
        self._decided([row for row, _digest in chosen if row not in refused], decision)
        self.told.overtaken["decide on several"] += len(refused)

    def _decided(self, rows: list[str], decision: str) -> None:
        word = {"accept": "accepted", "return": "returned"}[decision]
        self.told.decided += [Decided(row, self.name, word) for row in rows]

    async def push(self) -> None:
        """A pipeline: keep a file through the API, and say so on a row, in the state that was read."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        data = self.dice.randbytes(20_000)
        form = aiohttp.FormData()
        form.add_field("files", data, filename="log.bin")
        code, _page = await self._send_to("api: upload", "api/v1/evidence/", form, bearer)
        if code == 201:
            self.told.sent.append(Sent("", hashlib.sha256(data).hexdigest()))
        row, word = self._row(), uuid4().hex[:8]
        for _ in range(TRIES):
            code, answer = await self._get("api: read a row", f"api/v1/rows/{row}/", bearer, as_json=True)
            if code != 200 or answer["progress"] in ("submitted", "in_review", "done"):
                return
            given = {"note": f"{answer['note']} {word}".strip()}
            match = {**bearer, "If-Match": f'"{answer["revision"]}"'}
            code, _page = await self._send_to("api: change a row", f"api/v1/rows/{row}/", given, match, "PATCH")
            if code == 200:
                self.told.changes.append(Change(row, word))
                return
            self.told.overtaken["api: change a row"] += 1

    # -- asking

    def _row(self) -> str:
        return self.dice.choice(self.place.hot if self.dice.random() < HOT else self.place.rows)

    async def _get(
        self, kind: str, path: str, headers: Mapping[str, str] | None = None, *, as_json: bool = False
    ) -> tuple[int, Any]:
        return await self._ask("GET", kind, path, as_json=as_json, headers=headers)

    async def _post(self, kind: str, path: str, data: Any, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        cookies = self.browser.cookie_jar.filter_cookies(self.url)
        token = cookies["csrftoken"].value if "csrftoken" in cookies else ""
        return await self._ask("POST", kind, path, data=data, headers={"X-CSRFToken": token, **(headers or {})})

    async def _send_to(
        self, kind: str, path: str, data: Any, headers: Mapping[str, str], method: str = "POST"
    ) -> tuple[int, Any]:
        body = {"data": data} if isinstance(data, aiohttp.FormData) else {"json": data}
        return await self._ask(method, kind, path, headers=headers, **body)

    async def _ask(self, method: str, kind: str, path: str, *, as_json: bool = False, **given: Any) -> tuple[int, Any]:
        began = time.monotonic()
        where = f"{self.place.root}{path}"
        async with self.browser.request(method, where, allow_redirects=False, **given) as answer:
            body = await answer.text(errors="replace")
            self.told.heard(kind, answer.status, time.monotonic() - began, f"{method} {where}", body)
            return answer.status, await answer.json() if as_json and answer.status == 200 else body


def _value(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
    value = re.search(r' value="([^"]*)"', found[0]) if found else None
    return unescape(value[1]) if value else ""


def _chosen(page: str, name: str) -> str:
    found = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    value = re.search(r'<option value="([^"]*)" selected', found[0]) if found else None
    return value[1] if value else ""


def _said(page: str) -> str:
    found = re.search(r'<textarea name="note"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    return unescape(found[1]).strip() if found else ""


def _is_refused(page: str, row: str) -> bool:
    """Whether a row stands there with the sentence of a refusal: in the queue, or among those that left it."""
    at = page.find(f'id="row-{row}"')
    return 'class="field-error"' in page[at : page.find("</li>", at)] if at >= 0 else f'id="gone-{row}"' in page
