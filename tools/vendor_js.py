"""The book's JavaScript, from npm into `book/_static/vendor/`, so that a page asks no other host.

    python -m tools.vendor_js

Each file is taken from a package of one version and refused unless its SHA-256 is the one written
here. What is already there and right is left alone, so that only the first build needs a network.
To move to another version, change it here, run, look, and write down the sum that the error names.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
VENDOR = ROOT / "book" / "_static" / "vendor"


@dataclass(frozen=True)
class File:
    """One file that the book serves: `member` of npm's `package` at `version`."""

    name: str
    package: str
    version: str
    member: str
    sha256: str


FILES = (
    File(
        "mathjax.js",  # TeX in, SVG out, all in one file: no fonts to fetch
        "mathjax",
        "3.2.2",
        "es5/tex-svg.js",
        "d4295dc33744836935c1399feece5159577b34c5c8ffb9f1c6324cd82e03a882",
    ),
    File(
        "require.js",
        "requirejs",
        "2.3.8",
        "require.js",
        "c1fc6b1d53af7522f78d664922abb32acac64ed0ecccb8f907f1e6fc7262563a",
    ),
    File(
        "widgets.js",
        "@jupyter-widgets/html-manager",
        "1.0.15",
        "dist/embed-amd.js",
        "ca87dff57c70ffb2658794fde0eab0e27e5f5472a1f5df7ab2b08e1039fc4b72",
    ),
)


def right(file: File, folder: Path) -> bool:
    """Whether the file is there, byte for byte the pinned one."""
    path = folder / file.name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256


def fetch(file: File, folder: Path) -> None:
    """Take the file out of its package and put it into `folder`.

    Raises:
        SystemExit: if npm is missing or fails, or the file is not the pinned one.
    """
    if not (npm := shutil.which("npm")):
        raise SystemExit("npm is missing, which brings the book's JavaScript: install Node.js 18+")
    with tempfile.TemporaryDirectory() as name:
        source = f"{file.package}@{file.version}"
        command = [npm, "pack", source, "--pack-destination", name]
        done = subprocess.run(command, cwd=name, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"npm could not bring {source}:\n{done.stderr[-1000:]}")
        (packed,) = Path(name).glob("*.tgz")
        with tarfile.open(packed) as archive:
            content = archive.extractfile(f"package/{file.member}").read()
    if (found := hashlib.sha256(content).hexdigest()) != file.sha256:
        raise SystemExit(f"{file.member} of {source} has SHA-256 {found}, not {file.sha256}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file.name).write_bytes(content)


def main() -> int:
    """Bring what is missing."""
    for file in FILES:
        if not right(file, VENDOR):
            fetch(file, VENDOR)
            print(f"{file.name}: {file.package} {file.version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
