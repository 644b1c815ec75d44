"""Importing the library changes nothing outside it, and the package alone is light."""

import subprocess
import sys
from pathlib import Path

import pytest

import dalle_edu

PACKAGE = Path(dalle_edu.__file__).parent
# What pulls in an optional package by its nature; everything else is the core.
OUTER = {"training", "course", "cli", "export", "__main__", "plan"}
CORE = sorted(
    "dalle_edu." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py"
    and path.relative_to(PACKAGE).with_suffix("").parts[0] not in OUTER
)


def run(code: str) -> str:
    """Its standard output, from a fresh Python."""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_the_core_is_found():
    assert {"dalle_edu.world.scene", "dalle_edu.contrastive.losses", "dalle_edu.zoo"} <= set(CORE)


def test_the_package_alone_is_light():
    code = """
import sys
import dalle_edu
heavy = {"torch", "numpy", "matplotlib", "datasets", "tokenizers", "PIL"} & set(sys.modules)
assert not heavy, f"import dalle_edu imports {sorted(heavy)}"
"""
    assert run(code) == ""


@pytest.mark.slow
def test_no_import_changes_anything():
    """Grad mode, threads, default dtype and device, random states: as they were; and silent."""
    code = f"""
import importlib, random, sys
import numpy, torch

def state():
    numbers = numpy.random.get_state()
    return (
        torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.get_num_threads(),
        torch.get_num_interop_threads(), torch.get_default_dtype(), torch.get_default_device(),
        torch.are_deterministic_algorithms_enabled(), torch.get_float32_matmul_precision(),
        torch.is_anomaly_enabled(), torch.backends.cudnn.benchmark,
        torch.get_rng_state().tolist(), random.getstate(),
        (numbers[0], numbers[1].tolist(), *numbers[2:]),
    )

torch.manual_seed(11); random.seed(12); numpy.random.seed(13)
assert state() == state()
for name in {CORE!r}:
    before = state()
    importlib.import_module(name)
    assert state() == before, f"importing {{name}} changed the state of torch or random"
for name in ("matplotlib", "datasets", "accelerate", "tensorboard", "IPython", "ipywidgets"):
    assert name not in sys.modules, f"the core imports {{name}}: import it where it is used"
for outer in {sorted(OUTER)!r}:
    assert "dalle_edu." + outer not in sys.modules, f"the core imports dalle_edu.{{outer}}"
"""
    assert run(code) == ""
