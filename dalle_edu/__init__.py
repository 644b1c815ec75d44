"""A text-to-image system that is small enough to read: a prompt in, a picture out.

    import dalle_edu

    model = dalle_edu.load("little-world")
    model.draw("A blue sky with white clouds and a sun in the corner.")[0].save("picture.png")

Everything below is imported when it is first used; this line costs nothing, not even torch.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

__version__ = "0.1.0"


def lazily(package: str, path: list[str]) -> tuple[Callable, Callable]:
    """`__getattr__` and `__dir__` of a package whose modules come on first use (PEP 562)."""
    modules = {found.name for found in pkgutil.iter_modules(path)}

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return importlib.import_module(f"{package}.{name}")

    def names() -> list[str]:
        return sorted({*vars(importlib.import_module(package)), *modules})

    return get, names


_module, __dir__ = lazily(__name__, __path__)


def load(name: str = "little-world") -> Any:
    """A model by name, ready to use: `zoo.load`, imported when it is called."""
    return _module("zoo").load(name)


def __getattr__(name: str) -> Any:
    return _module(name)
