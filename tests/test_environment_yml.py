"""environment.yml cannot be tried where no conda channel is in reach, so it is read strictly."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parent.parent
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = [entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)]
PIP = [
    line
    for entry in ENVIRONMENT["dependencies"]
    if isinstance(entry, dict)
    for line in entry["pip"]
]


def test_only_known_keys_and_the_free_channel():
    assert set(ENVIRONMENT) == {"name", "channels", "dependencies"}
    assert ENVIRONMENT["channels"] == ["conda-forge"]
    assert ENVIRONMENT["name"] == PROJECT["name"]


def test_conda_brings_python_and_pip_and_nothing_else():
    specs = pytest.importorskip("rattler").MatchSpec
    assert {specs(entry).name.normalized for entry in CONDA} == {"python", "pip"}


def test_its_python_is_one_we_support():
    version = next(entry for entry in CONDA if entry.startswith("python")).split("=", 1)[1]
    assert SpecifierSet(PROJECT["requires-python"]).contains(version + ".9")


def test_pip_brings_the_project_with_everything():
    (line,) = PIP
    extra = re.fullmatch(r"-e \.\[(\w+)\]", line)[1]
    assert extra == "all" and extra in PROJECT["optional-dependencies"]


def test_all_is_every_other_extra():
    extras = PROJECT["optional-dependencies"]
    (everything,) = map(Requirement, extras["all"])
    assert everything.name == PROJECT["name"] and everything.extras == set(extras) - {"all"}
