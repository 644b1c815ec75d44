"""The book's JavaScript is pinned by version and checksum, and nothing else gets in."""

import gzip
import hashlib
import io
import re
import tarfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import vendor_js

CONTENT = b"let x = 1;\n"
FILE = vendor_js.File("x.js", "x", "1.0.0", "dist/x.js", hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def npm(monkeypatch):
    """npm that packs CONTENT, and the list of what it was asked for."""
    asked = []

    def run(command, cwd, **_):
        asked.append(command[2])
        with tarfile.open(Path(cwd) / "x-1.0.0.tgz", "w:gz") as archive:
            member = tarfile.TarInfo("package/dist/x.js")
            member.size = len(CONTENT)
            archive.addfile(member, io.BytesIO(CONTENT))
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(vendor_js.shutil, "which", lambda name: name)
    monkeypatch.setattr(vendor_js.subprocess, "run", run)
    return asked


def test_a_file_is_brought_once(tmp_path, npm, monkeypatch):
    monkeypatch.setattr(vendor_js, "FILES", (FILE,))
    monkeypatch.setattr(vendor_js, "VENDOR", tmp_path / "vendor")
    vendor_js.main()
    vendor_js.main()
    assert (tmp_path / "vendor" / "x.js").read_bytes() == CONTENT and npm == ["x@1.0.0"]
    (tmp_path / "vendor" / "x.js").write_bytes(b"spoilt")
    vendor_js.main()
    assert (tmp_path / "vendor" / "x.js").read_bytes() == CONTENT and len(npm) == 2


def test_two_files_of_a_package_are_brought_together(tmp_path, npm, monkeypatch):
    monkeypatch.setattr(vendor_js, "FILES", (FILE, replace(FILE, name="y.js")))
    monkeypatch.setattr(vendor_js, "VENDOR", tmp_path)
    vendor_js.main()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.js", "y.js"] and len(npm) == 1


def test_a_large_file_lies_there_compressed(tmp_path, npm):
    packed = replace(FILE, name="x.js.gz")
    vendor_js.fetch([packed], tmp_path)
    assert gzip.decompress((tmp_path / "x.js.gz").read_bytes()) == CONTENT
    assert vendor_js.right(packed, tmp_path)
    (tmp_path / "x.js.gz").write_bytes(CONTENT)
    assert not vendor_js.right(packed, tmp_path)


def test_another_file_is_refused(tmp_path, npm):
    with pytest.raises(SystemExit, match="dist/x.js of x@1.0.0 has SHA-256 .*, not 0000"):
        vendor_js.fetch([replace(FILE, sha256="0000")], tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(vendor_js.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="npm is missing.*install Node.js"):
        vendor_js.fetch([FILE], tmp_path)
    monkeypatch.setattr(vendor_js.shutil, "which", lambda name: name)
    failed = SimpleNamespace(returncode=1, stderr="no network")
    monkeypatch.setattr(vendor_js.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(SystemExit, match="could not bring x@1.0.0:\nno network"):
        vendor_js.fetch([FILE], tmp_path)


def test_every_file_is_pinned_and_used():
    book = vendor_js.ROOT / "book"
    settings = (book / "conf.py").read_text("utf-8")
    settings += (book / "_static" / "draw" / "engine.mjs").read_text("utf-8")
    for file in vendor_js.FILES:
        assert re.fullmatch(r"\d+\.\d+\.\d+", file.version)
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert f"vendor/{file.name}" in settings or f"{{vendor}}/{file.name}" in settings
