"""What is shipped: the wheel with its weights, pinned versions, licence, citation, Makefile."""

import re
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
WEIGHTS = ROOT / "dalle_edu" / "weights"


def test_the_wheel_holds_every_module_and_every_weight(tmp_path):
    builder = pytest.importorskip("hatchling.builders.wheel").WheelBuilder
    (wheel,) = builder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    held = set(zipfile.ZipFile(wheel).namelist())
    shipped = [*(ROOT / "dalle_edu").rglob("*.py"), *WEIGHTS.rglob("*.*")]
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in shipped
        if path.is_file() and not path.name.startswith(".")
    }
    assert expected <= held, f"missing in the wheel: {sorted(expected - held)}"
    assert any(name.endswith("licenses/LICENSE") for name in held)
    assert not [name for name in held if name.startswith(("tests/", "tools/", "notebooks/"))]
    assert not [name for name in held if name.endswith((".pkl", ".pt", ".pth", ".bin"))]


def test_constraints_pin_versions_and_name_no_address():
    pinned = [Requirement(line) for line in CONSTRAINTS if line and not line.startswith("#")]
    assert pinned and all(str(entry.specifier).startswith("==") for entry in pinned)
    assert not [line for line in CONSTRAINTS if "://" in line or "--" in line or " @ " in line]
    assert [str(entry) for entry in pinned if entry.name == "torch"] == ["torch==2.13.0"]


def test_every_dependency_is_pinned_within_its_range():
    pinned: dict[str, list[Requirement]] = {}
    for entry in map(Requirement, CONSTRAINTS):
        pinned.setdefault(entry.name, []).append(entry)
    extras = PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] + [d for name in extras if name != "all" for d in extras[name]]
    for entry in map(Requirement, wanted):
        for pin in pinned[entry.name]:
            version = str(pin.specifier).removeprefix("==")
            assert version.endswith(".*") or entry.specifier.contains(version), f"{entry}: {pin}"


def test_the_base_stays_small():
    names = {Requirement(line).name for line in PROJECT["dependencies"]}
    assert names == {"torch", "numpy", "pillow", "safetensors", "tokenizers", "tqdm"}


def test_citation_and_licence_agree_with_the_project():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"] == "Apache-2.0"
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "CC BY 4.0" in licence and "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_documented_commands_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        unknown = set(re.findall(r"`make ([a-z]+)", text)) - targets
        assert not unknown, f"{name} names {unknown}: not in the Makefile"
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    assert set(phony) == targets


def test_ci_runs_what_people_run():
    script = ROOT / ".ci" / "run"
    assert (
        "make" in script.read_text(encoding="utf-8").split("\n")[-2]
        and script.stat().st_mode & 0o100
    )
