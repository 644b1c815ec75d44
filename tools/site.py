"""Is the built book whole, and does it keep to itself?

    python -m tools.site [FOLDER]

Reads every page of a built site as a browser would: whatever a page loads must lie in the site, and
every link within the site must lead to a page and to an anchor that are there.
"""

import re
import sys
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parent.parent
SITE = ROOT / "book" / "_build" / "html"
LOADED = {  # what a browser fetches by itself: tag and attribute
    ("script", "src"),
    ("img", "src"),
    ("source", "src"),
    ("video", "src"),
    ("audio", "src"),
    ("iframe", "src"),
    ("embed", "src"),
    ("object", "data"),
    ("link", "href"),
}
IN_STYLES = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


@dataclass
class Page(HTMLParser):
    """What one page loads, where its links lead, which anchors it has."""

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    unlabelled: list[str] = field(default_factory=list)  # pictures without alt text

    def __post_init__(self):
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes note of one tag."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        self.loads += [given[name] for t, name in LOADED if t == tag and name in given]
        if "srcset" in given:
            self.loads += [part.split()[0] for part in given["srcset"].split(",") if part.strip()]
        self.loads += [found[0] for found in IN_STYLES.findall(given.get("style", "")) if found[0]]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        # Sphinx puts the address where words are missing.
        if tag == "img" and given.get("alt", "").strip() in ("", given.get("src")):
            self.unlabelled.append(given.get("src", "?"))


def read(path: Path) -> Page:
    """A page of the site."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def foreign(address: str) -> bool:
    """Whether an address is on another host."""
    return bool(urlsplit(address).netloc)


def faults(folder: Path) -> list[str]:
    """One sentence for each thing that is loaded from elsewhere, missing, or leads nowhere."""
    files = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]
    pages = {path.resolve(): read(path) for path in files}  # themes keep templates in _static
    found = [] if pages else [f"{folder} holds no page: run `make book`"]

    @cache
    def anchors(path: Path) -> set[str]:
        return pages[path].anchors if path in pages else set()

    for path, page in pages.items():
        name = path.relative_to(folder.resolve()).as_posix()
        found += [f"{name} loads {x}: bring it into the site" for x in page.loads if foreign(x)]
        found += [f"{name} shows {x} without alt text" for x in page.unlabelled]
        for address in dict.fromkeys([*page.loads, *page.links]):
            parts = urlsplit(address)
            if parts.netloc or parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            anchor = unquote(parts.fragment)
            if not target.is_file():
                found.append(f"{name} leads to {address}, which is not there")
            elif anchor and target in pages and anchor not in anchors(target):
                found.append(f"{name} leads to {address}, which has no such anchor")
    for path in sorted(folder.rglob("*.css")):
        for pair in IN_STYLES.findall(path.read_text(encoding="utf-8")):
            if foreign(address := "".join(pair)):
                found.append(f"{path.relative_to(folder)} loads {address}: bring it into the site")
    return found


def main(arguments: list[str]) -> int:
    """Print every fault of a site; 1 if there is one."""
    folder = Path(arguments[0]) if arguments else SITE
    found = faults(folder)
    for fault in found:
        print(fault)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"book: {size / 1e6:.1f} MB, {len(found) or 'no'} faults")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
