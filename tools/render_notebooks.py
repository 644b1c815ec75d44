"""Execute notebooks and store their outputs byte for byte the same each time.

    python -m tools.render_notebooks [--check] [NOTEBOOK ...]

Without names all of notebooks/ is rendered. `--check` executes nothing: it fails if a notebook is
not in the normal form.

The normal form: cell ids c000, c001, ...; execution counts from 1; no timings and no version of the
kernel in the metadata; neighbouring pieces of one stream joined; widgets numbered in the order in
which a reader meets them, unused ones dropped. Outputs tagged `nbval-ignore-output` are kept from
before where they differ in their digits only (a time, a rate). Everything else is left as it is.
"""

import json
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from tools.notebook_rules import breaches

ROOT = Path(__file__).parent.parent
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
MODEL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
FORGOTTEN = ("execution", "ExecuteTime")  # cell metadata that holds times


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """The notebook, run from the top in a fresh kernel that starts in `folder`; not normalised.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails that is not tagged for it.
    """
    fresh = nbformat.from_dict(json.loads(json.dumps(notebook)))
    fresh.metadata.pop("widgets", None)
    client = NotebookClient(
        fresh,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=True,
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute()


def normalise(notebook: NotebookNode, before: NotebookNode | None = None) -> str:
    """The text of the notebook's file in the normal form.

    Args:
        notebook: executed or not; it is not changed.
        before: the notebook as it was stored, for outputs that nbval ignores.
    """
    notebook = nbformat.from_dict(json.loads(json.dumps(notebook)))
    keep = {k: v for k, v in notebook.metadata.items() if k not in ("widgets", "signature")}
    notebook.metadata = nbformat.from_dict(
        keep | {"kernelspec": KERNEL, "language_info": {"name": "python"}} | _widgets(notebook)
    )
    old = {_key(cell): cell.outputs for cell in before.cells if "outputs" in cell} if before else {}
    count = 0
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"c{number:03d}"
        for name in FORGOTTEN:
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
            if "nbval-ignore-output" in cell.metadata.get("tags", []):
                stored = old.get(_key(cell), [])
                if _without_digits(stored) == _without_digits(cell.outputs):
                    cell.outputs = stored
            if cell.execution_count is not None:
                count += 1
                cell.execution_count = count
            for output in cell.outputs:
                if "execution_count" in output:
                    output["execution_count"] = count
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return _renumbered(notebook) + "\n"


def _key(cell: NotebookNode) -> tuple[str, str]:
    return cell.cell_type, cell.source


def _without_digits(outputs: list) -> str:
    plain = [{k: v for k, v in output.items() if k != "execution_count"} for output in outputs]
    return re.sub(r"\d+(\.\d+)?", "#", json.dumps(plain, sort_keys=True))


def _joined(outputs: list) -> list:
    """Outputs with neighbouring pieces of one stream joined: where they split depends on timing."""
    joined: list = []
    for output in outputs:
        last = joined[-1] if joined else {}
        stream = output["output_type"] == last.get("output_type") == "stream"
        if stream and output["name"] == last["name"]:
            last["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def _widgets(notebook: NotebookNode) -> dict:
    """Metadata with the state of the widgets a reader can meet, in that order."""
    held = notebook.metadata.get("widgets", {}).get(STATE)
    if not held:
        return {}
    state = held["state"]
    order = _widget_order(notebook, state)
    for model in order:
        # A message's number, different on each run; an Output widget listens to none when stored.
        if "msg_id" in state[model].get("state", {}):
            state[model]["state"]["msg_id"] = ""
    return {"widgets": {STATE: {**held, "state": {model: state[model] for model in order}}}}


def _widget_order(notebook: NotebookNode, state: dict) -> list[str]:
    """Model ids: shown ones first, in the order of cells, then what they refer to, then links."""
    views = [
        output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])
    ]
    todo = [view[VIEW]["model_id"] for view in views if VIEW in view]
    seen: list[str] = []
    while todo:
        model = todo.pop(0)
        if model in state and model not in seen:
            seen.append(model)
            todo = _mentioned(state[model]) + todo
    # A link between two widgets is mentioned by neither.
    for model in state:
        if model not in seen and "Link" in state[model].get("model_name", ""):
            ends = _mentioned(state[model])
            if ends and all(end in seen for end in ends):
                seen.append(model)
    return seen


def _mentioned(model: dict) -> list[str]:
    return MODEL_ID.findall(json.dumps(model, sort_keys=True))


def _renumbered(notebook: NotebookNode) -> str:
    state = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    new = {model: f"{number:032x}" for number, model in enumerate(state)}
    text = MODEL_ID.sub(lambda found: new.get(found[0], found[0]), nbformat.writes(notebook))
    # Written twice, since keys are sorted by the new ids.
    return nbformat.writes(nbformat.reads(text, 4)) if new else text


def main(arguments: list[str]) -> int:
    """Render or check notebooks; 1 if one breaks a rule or is not in the normal form."""
    modes = {word for word in arguments if word.startswith("--")}
    if modes - {"--check"}:
        print(f"unknown option {min(modes)}: use --check", file=sys.stderr)
        return 2
    names = [word for word in arguments if word not in modes]
    failed = 0
    for path in map(Path, names or sorted((ROOT / "notebooks").glob("*.ipynb"))):
        stored = path.read_text(encoding="utf-8")
        before = nbformat.reads(stored, 4)
        if "--check" in modes:
            if normalise(before) != stored:
                print(f"{path} is not in the normal form: run `make render`")
                failed = 1
            continue
        start = time.perf_counter()
        after = execute(before, path.parent)
        print(f"{path} {time.perf_counter() - start:.1f} s", flush=True)
        text = normalise(after, before)
        path.write_text(text, encoding="utf-8", newline="\n")
        for found in breaches(json.loads(text)):
            print(f"{path}: {found}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
