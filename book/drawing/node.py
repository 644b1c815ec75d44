"""The page's JavaScript run by node, so that tests can hold it against Python."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent.parent / "_static"


def run(module: str, program: str, given: Any = None) -> Any:
    """What a program returns that knows one of the book's modules.

    Args:
        module: a file in `book/_static`; the program knows it as `m`.
        program: the body of an async function; it knows `given` as well.
        given: anything that JSON can hold.

    Raises:
        RuntimeError: if node is missing or the program fails.
    """
    if not (node := shutil.which("node")):
        raise RuntimeError(
            "node is missing, which tests the book's JavaScript: install Node.js 18+"
        )
    source = f"""
import {{ readFileSync }} from "node:fs";
const m = await import({json.dumps((STATIC / module).as_uri())});
const given = JSON.parse(readFileSync(0, "utf8"));
const found = await (async () => {{ {program} }})();
process.stdout.write(JSON.stringify(found));
"""
    command = [node, "--input-type=module", "-e", source]
    done = subprocess.run(command, input=json.dumps(given).encode(), capture_output=True)
    if done.returncode:
        raise RuntimeError(f"{module} failed in node:\n{done.stderr.decode()[-2000:]}")
    return json.loads(done.stdout)
