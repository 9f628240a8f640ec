"""A real server with a real worker in its own private folder, and Debian's Chromium that walks it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "journeys"
# Without these a Chromium that may reach no network tries for long, many times at once.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# Without the second axe also hands over every element that is in order, which takes a third longer on a long page.
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


@dataclass
class Site:
    """Where the server listens, and its private folder."""

    url: str
    home: Path


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`manage.py serve` on a free port of loopback, as a person starts it; ended as a person ends it."""
    home = tmp_path_factory.mktemp("site")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PROBANDA_")},
        "PROBANDA_HOME": str(home),
        "PROBANDA_BASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "compliance.settings",
    }
    log = (home / "serve.log").open("wb")
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _await_answer(port, server, home)
        yield Site(url, home)
    finally:
        server.send_signal(signal.SIGINT)
        code = server.wait(30)
        log.close()
    assert code == 0, (home / "serve.log").read_text()


def _await_answer(port: int, server: subprocess.Popen[bytes], home: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The server did not start: {(home / 'serve.log').read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    path = shutil.which("chromium") or pytest.fail("Chromium is missing: run `make journeys`, which installs it.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Person:
    """Somebody at a browser of their own. Every page they look at is checked by axe and kept as pictures."""

    name: str
    page: Page
    site: Site
    javascript: bool = True
    seen: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        self.page.goto(self.site.url + address if address.startswith("/") else address)

    def look(self, what: str, *, wide_only: bool = False) -> None:
        """Check the page with axe, and keep pictures of it: light, dark, and as on a phone."""
        self.page.wait_for_load_state()
        if not self.javascript:  # axe is a script, and never returns
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        for mode in ("light", "dark"):
            self.page.emulate_media(color_scheme="dark" if mode == "dark" else "light")
            found = Axe().run(self.page, options=AXE)
            told = [
                f"{v['id']}: {v['help']}: {[n['html'] for n in v['nodes']][:3]}" for v in found.response["violations"]
            ]
            assert not told, f"{what} ({mode}): " + "\n".join(told)
            self.page.screenshot(path=PICTURES / f"{what}-{mode}.png", full_page=True)
        self.page.emulate_media(color_scheme="light")
        if not wide_only:
            self.page.set_viewport_size({"width": 390, "height": 844})
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            self.page.screenshot(path=PICTURES / f"{what}-phone.png", full_page=True)
            self.page.set_viewport_size({"width": 1280, "height": 900})
            assert wide <= 0, f"{what}: the page is {wide} px wider than a phone."
        self.seen.append(what)


@pytest.fixture
def person(site: Site, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Return a function that seats a person at a new browser; a page error or a blocked resource fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def seat(name: str, *, javascript: bool = True) -> Person:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, java_script_enabled=javascript, locale="en-GB", timezone_id="UTC"
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{name}: {error}"))
        page.on(
            "console", lambda line: faults.append(f"{name}: {line.text}") if _is_fault(line.type, line.text) else None
        )
        contexts.append(context)
        return Person(name, page, site, javascript)

    yield seat
    for number, context in enumerate(contexts):
        context.pages[0].screenshot(path=PICTURES / f"last-{number}.png")  # where each was when the walk ended
        context.close()
    assert not faults, "\n".join(faults)


def _is_fault(kind: str, text: str) -> bool:
    # A page that answers 400 with its sentences is no fault of the page, nor is a connection that a test breaks, nor a
    # request that a newer one of the same form took the place of, which htmx tells in these two words.
    none = ("status of 4", "net::ERR_CONNECTION_RESET", "htmx:sendAbort", "htmx:afterRequest")
    return kind == "error" and not any(one in text for one in none)


@contextmanager
def awaited_download(page: Page) -> Iterator[list[Path]]:
    """Collect the path of the file that the block makes the browser download."""
    paths: list[Path] = []
    with page.expect_download() as download:
        yield paths
    paths.append(Path(download.value.path()))
