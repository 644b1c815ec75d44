"""The built book, served on this machine, in Debian's Chromium."""

import functools
import http.server
import shutil
import threading

import pytest

from tools.site import SITE

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def address():
    """Where the book is served: `python -m http.server` in all but its messages."""
    if not (SITE / "index.html").is_file():
        pytest.fail("the book is not built: run `make book`")
    handler = functools.partial(Silent, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not path:
        pytest.fail("Chromium is missing: apt-get install chromium, or install Chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


class Watched:
    """A page of the browser, and what went wrong on it."""

    def __init__(self, context, address):
        self.foreign, self.errors = [], []
        self.address = address
        context.route("**/*", self._let_through)
        self.page = context.new_page()
        self.page.set_default_timeout(120_000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))
        self.page.on("response", lambda r: r.status >= 400 and self.errors.append(r.url))

    def _let_through(self, route):
        url = route.request.url
        if url.startswith((f"{self.address}/", "data:", "blob:")):
            route.continue_()
        else:
            self.foreign.append(url)
            route.abort()

    def open(self, name, wait="load"):
        """Opens a page of the book."""
        self.page.goto(f"{self.address}/{name}", wait_until=wait)
        return self.page

    def faults(self):
        """Everything that should not be, so far."""
        return self.foreign + self.errors


@pytest.fixture
def watched(chromium, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield Watched(context, address)
    context.close()
