"""A large file is sent in a browser while the connection breaks, is stopped, and is sent without a script."""

from __future__ import annotations

import hashlib
import os
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


def test_the_same_file_chosen_again_goes_on_where_the_connection_broke(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    file = applicants(tmp_path)
    alone = person("administrator")
    first_start(alone)
    register(alone)
    page = alone.page
    org = re.search(r"/o/([^/]+)/", page.url)
    assert org is not None
    new = f"/o/{org[1]}/bias-audits/new/"
    page.on("dialog", lambda dialog: dialog.accept())  # leaving in the middle is asked about

    def sent(path: Path, last: int) -> list[str]:
        """Choose a file and send it; after so many pieces the connection breaks for good. Return where pieces began."""
        offsets: list[str] = []

        def one(route: Route) -> None:
            if route.request.method != "PATCH":
                route.continue_()
            elif len(offsets) < last:
                offsets.append(route.request.headers["upload-offset"])
                route.continue_()
            else:
                route.abort("connectionreset")

        alone.go(new)
        labelled(page, "Title").fill("Once more")
        page.set_input_files("input[type=file]", path)
        page.route(re.compile("/uploads/.+/$"), one)
        page.get_by_role("button", name="Upload and look at the files").click()
        if last < 10:
            expect(page.get_by_text("The connection is broken.")).to_be_visible()
        else:
            expect(page).to_have_url(re.compile("/map/$"), timeout=60_000)
        page.unroute_all()
        return offsets

    assert sent(file, 2) == ["0", "4194304"]
    alone.go(new)
    expect(page.get_by_text(file.name).first).to_be_visible()  # what is unfinished is told, with a way to forget it
    alone.look("upload-unfinished")
    assert sent(file, 10)[0] == "8388608"
    page.goto(page.url.replace("/map/", "/"))
    assert hashlib.sha256(file.read_bytes()).hexdigest() in page.content()
    # Another file of the same name, size and moment is not taken for the same one: it begins anew.
    sent(file, 1)
    changed, moment = file.read_bytes().replace(b"0000000,M", b"0000000,F", 1), file.stat()
    file.write_bytes(changed)
    os.utime(file, ns=(moment.st_atime_ns, moment.st_mtime_ns))
    assert sent(file, 10)[0] == "0"
    page.goto(page.url.replace("/map/", "/"))
    assert hashlib.sha256(changed).hexdigest() in page.content()
