"""A large file is sent in a browser while the connection breaks, is stopped, and is sent without a script."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.conftest import Person
from tests.journeys.test_walk import first_start, labelled, register

pytestmark = [pytest.mark.journey, pytest.mark.thorough]
ROWS = 900_000


def applicants(folder: Path) -> Path:
    path = folder / "applicants.csv"
    lines = (f"{n:07d},{'MF'[n % 2]},{('White', 'Black')[n % 3 % 2]},{'no' if n % 4 else 'yes'}\n" for n in range(ROWS))
    path.write_text("id,sex,race,hired\n" + "".join(lines))
    return path


def test_large_file_survives_a_broken_connection(person: Callable[..., Person], tmp_path: Path) -> None:
    file = applicants(tmp_path)
    assert file.stat().st_size > 3 * 4 * 1024 * 1024
    alone = person("administrator")
    first_start(alone)
    register(alone)
    page = alone.page
    org = re.search(r"/o/([^/]+)/", page.url)
    assert org is not None
    new = f"/o/{org[1]}/bias-audits/new/"
    alone.go(new)
    labelled(page, "Title").fill("By pieces")
    page.set_input_files("input[type=file]", file)
    pieces: list[str] = []

    def breaking(route: Route) -> None:
        pieces.append(route.request.headers["upload-offset"])
        if len(pieces) in (2, 3):  # the second piece is lost twice
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(
        re.compile("/uploads/.+/$"),
        lambda route: breaking(route) if route.request.method == "PATCH" else route.continue_(),
    )
    page.get_by_role("button", name="Upload and look at the files").click()
    expect(page.get_by_text("The connection is broken.")).to_be_visible()
    alone.look("upload-broken")
    expect(page).to_have_url(re.compile("/map/$"), timeout=60_000)
    assert pieces[:4] == ["0", "4194304", "4194304", "4194304"]
    page.unroute_all()
    expect(page.get_by_text("900,000").first).to_be_visible()
    page.goto(page.url.replace("/map/", "/"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert digest in page.content()
    # A person stops it, and nothing of it stays.
    alone.go(new)
    page.set_input_files("input[type=file]", file)
    page.route(
        re.compile("/uploads/.+/$"),
        lambda route: route.abort("connectionreset") if route.request.method == "PATCH" else route.continue_(),
    )
    page.get_by_role("button", name="Upload and look at the files").click()
    expect(page.get_by_text("The connection is broken.")).to_be_visible()
    page.get_by_role("button", name="Stop the upload").click()
    expect(page.get_by_text("The upload was stopped, and nothing of it is kept.")).to_be_visible()
    expect(page.get_by_role("button", name="Upload and look at the files")).to_be_enabled()
    page.unroute_all()
    assert not list((alone.site.home / "uploads").glob("*.part"))
