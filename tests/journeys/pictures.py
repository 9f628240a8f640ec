"""Make the pictures of the manual anew, from the demo organisation: `make pictures`.

A private folder, `manage.py demo`, a few acts more by its people (`tests/journeys/pictures_acts.py`), and Debian's
Chromium, light, at one width. The pictures are drawn with few colours, so that all of them together stay small.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.conftest import FLAGS, ROOT

HERE = ROOT / "static" / "manual"
WIDE, HIGH, COLOURS = 1100, 720, 64
SCENES: dict[str, tuple[str, str, str]] = {
    # name: (who looks, where, what stands at the top of the picture)
    "home": ("alice", "", ""),
    "first-hour": ("administrator", "guide/", ""),
    "systems": ("charlie", "progress/systems/", ""),
    "map": ("charlie", "progress/map/?law=eu-ai-act", "ul.heat-key"),
    "checklist": ("alice", "{checklist}", "form#filters"),
    "row": ("alice", "{row}", ""),
    "review": ("bob", "checklists/review/", ""),
    "bias-result": ("alice", "{bias}", "h2"),
    "evidence": ("alice", "evidence/", ""),
    "timeline": ("alice", "timeline/", ""),
    "dossier": ("charlie", "{dossier}", ""),
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="probanda-pictures-") as folder:
        home = Path(folder)
        home.chmod(0o700)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PROBANDA_")}
        env = {**kept, "PROBANDA_HOME": folder, "PROBANDA_BASE_URL": url}
        env["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
        run = [sys.executable, "manage.py", "demo", "--out", str(home / "out")]
        subprocess.run(run, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        acts = [sys.executable, "-m", "tests.journeys.pictures_acts"]
        said = subprocess.run(acts, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout
        places = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        passwords = dict(line.split() for line in (home / "demo-people.txt").read_text().splitlines())
        with serving(env, port, home), sync_playwright() as playwright:
            path = shutil.which("chromium") or sys.exit("Chromium is missing: make pictures installs it.")
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            draw_all(browser, url, places, passwords)
            browser.close()


@contextmanager
def serving(env: dict[str, str], port: int, home: Path) -> Iterator[None]:
    """Run the server while the block runs."""
    with (home / "serve.log").open("wb") as log:
        run = [sys.executable, "manage.py", "serve", "--port", str(port)]
        server = subprocess.Popen(run, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            until = time.monotonic() + 60
            while server.poll() is None and time.monotonic() < until:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.2)
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def draw_all(browser: Browser, url: str, places: dict[str, str], passwords: dict[str, str]) -> None:
    """Let each person sign in once, and keep a picture of each scene."""
    HERE.mkdir(parents=True, exist_ok=True)
    for person in dict.fromkeys(who for who, _where, _top in SCENES.values()):
        context = browser.new_context(
            viewport={"width": WIDE, "height": HIGH}, color_scheme="light", locale="en-GB", timezone_id="UTC"
        )
        page, address = context.new_page(), f"{person}@example.org"
        page.goto(f"{url}/accounts/login/")
        page.locator("input[type=email]").fill(address)
        page.locator("input[type=password]").fill(passwords[address])
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/o/"))
        base = page.url
        for name, (who, where, top) in SCENES.items():
            if who == person:
                page.goto(base + where.format(**places))
                page.wait_for_load_state("networkidle")
                keep(page, name, top)
        context.close()


def keep(page: Page, name: str, top: str) -> None:
    """Keep what a person sees without scrolling, from `top` on where it is given."""
    if top:
        page.locator(top).first.evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top - 16)")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(HERE / f"{name}.png", optimize=True)
    print(f"{name}: {(HERE / f'{name}.png').stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
