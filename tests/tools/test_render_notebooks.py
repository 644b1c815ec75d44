"""The normal form: the same bytes from two different runs, and nothing lost."""

import json
import random

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import render_notebooks as render


def hex_id(rng):
    return f"{rng.getrandbits(128):032x}"


def run(seed, seconds="0.5", split=False):
    """A notebook as one execution would leave it: ids, times and pieces depend on `seed`."""
    rng = random.Random(seed)
    slider, layout, style, lost, link, out = (hex_id(rng) for _ in range(6))
    model = {"model_module": "@jupyter-widgets/controls", "model_module_version": "2.0.0"}
    state = {
        layout: model | {"model_name": "LayoutModel", "state": {}},
        lost: model | {"model_name": "IntSliderModel", "state": {"value": 1}},
        style: model | {"model_name": "SliderStyleModel", "state": {}},
        slider: model
        | {
            "model_name": "IntSliderModel",
            "state": {"layout": f"IPY_MODEL_{layout}", "style": f"IPY_MODEL_{style}", "value": 7},
        },
        link: model
        | {"model_name": "LinkModel", "state": {"source": [f"IPY_MODEL_{slider}", "value"]}},
        out: model | {"model_name": "OutputModel", "state": {"msg_id": hex_id(rng), "outputs": []}},
    }
    order = list(state)
    rng.shuffle(order)
    view = {"version_major": 2, "version_minor": 0}
    texts = ["one\n", "two\n"] if split else ["one\ntwo\n"]
    cells = [
        new_markdown_cell("# Title", metadata={"tags": ["main"]}),
        new_code_cell(
            "print('one'); print('two')",
            execution_count=rng.randrange(9),
            outputs=[new_output("stream", name="stdout", text=text) for text in texts]
            + [new_output("stream", name="stderr", text="three\n")],
            metadata={"execution": {"iopub.execute_input": str(rng.random())}, "scrolled": True},
        ),
        new_code_cell(
            "slider",
            execution_count=rng.randrange(9),
            outputs=[
                new_output("display_data", {render.VIEW: view | {"model_id": m}})
                for m in (slider, out)
            ],
        ),
        new_code_cell(
            "# not compared: a time\nseconds",
            execution_count=rng.randrange(9),
            outputs=[new_output("execute_result", {"text/plain": seconds}, execution_count=77)],
            metadata={"tags": ["nbval-ignore-output"]},
        ),
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "mine", "name": "other"},
            "language_info": {"name": "python", "version": f"3.{seed}"},
            "title": "kept",
            "widgets": {
                render.STATE: {
                    "version_major": 2,
                    "version_minor": 0,
                    "state": {m: state[m] for m in order},
                }
            },
        }
    )
    return notebook


def test_two_runs_give_the_same_bytes():
    assert render.normalise(run(1)) == render.normalise(run(2, split=True))


def test_it_is_idempotent_and_leaves_its_argument_alone():
    notebook = run(3)
    before = json.dumps(notebook)
    once = render.normalise(notebook)
    assert json.dumps(notebook) == before
    assert render.normalise(nbformat.reads(once, 4)) == once


def test_everything_else_is_kept():
    made = json.loads(render.normalise(run(4)))
    assert made["metadata"]["title"] == "kept" and made["metadata"]["kernelspec"] == render.KERNEL
    assert made["metadata"]["language_info"] == {"name": "python"}
    assert [cell["id"] for cell in made["cells"]] == ["c000", "c001", "c002", "c003"]
    assert made["cells"][0]["metadata"] == {"tags": ["main"]}
    assert made["cells"][1]["metadata"] == {"scrolled": True}
    assert [cell["execution_count"] for cell in made["cells"][1:]] == [1, 2, 3]
    assert made["cells"][3]["outputs"][0]["execution_count"] == 3
    names = [(o["name"], "".join(o["text"])) for o in made["cells"][1]["outputs"]]
    assert names == [("stdout", "one\ntwo\n"), ("stderr", "three\n")]


def test_widgets_are_renumbered_consistently_and_unused_ones_dropped():
    made = json.loads(render.normalise(run(5)))
    state = made["metadata"]["widgets"][render.STATE]["state"]
    names = [model["model_name"] for model in state.values()]
    assert list(state) == [f"{k:032x}" for k in range(5)]
    assert names == [
        "IntSliderModel",
        "LayoutModel",
        "SliderStyleModel",
        "OutputModel",
        "LinkModel",
    ]
    views = [o["data"][render.VIEW]["model_id"] for o in made["cells"][2]["outputs"]]
    assert views == [f"{0:032x}", f"{3:032x}"]
    assert state[views[0]]["state"]["layout"] == f"IPY_MODEL_{1:032x}"
    assert state[views[1]]["state"]["msg_id"] == ""


def test_an_ignored_output_is_kept_where_only_digits_differ():
    stored = nbformat.reads(render.normalise(run(6, "0.5")), 4)
    assert render.normalise(run(7, "12.25"), stored) == render.normalise(stored)
    assert "'failed'" in render.normalise(run(8, "'failed'"), stored)


def test_a_compared_output_is_never_kept_from_before():
    old, new = run(9), run(9)
    for notebook, number in ((old, "1"), (new, "2")):
        notebook.cells[1].outputs[0]["text"] = number
    assert render.normalise(new, old) == render.normalise(new) != render.normalise(old)


def test_check_sees_a_file_that_is_not_normal(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    nbformat.write(run(10), path)
    assert render.main(["--check", str(path)]) == 1
    assert "make render" in capsys.readouterr().out
    path.write_text(render.normalise(run(10)))
    assert render.main(["--check", str(path)]) == 0


def test_an_unknown_option_is_refused(capsys):
    assert render.main(["--chek"]) == 2
    assert "--chek" in capsys.readouterr().err


@pytest.mark.slow
def test_executing_twice_gives_the_same_bytes(tmp_path):
    path = tmp_path / "a.ipynb"
    source = """import time
import ipywidgets as widgets
start = time.time()
slider = widgets.IntSlider(value=3)
print("before", flush=True); time.sleep(0.2); print("after")
display(widgets.VBox([slider, widgets.Output()]))"""
    timing = new_code_cell("# not compared: a time\ntime.time() - start")
    timing.metadata["tags"] = ["nbval-ignore-output"]
    nbformat.write(new_notebook(cells=[new_code_cell(source), timing]), path)
    assert render.main([str(path)]) == 0
    first = path.read_bytes()
    assert b"IntSliderModel" in first and b"before" in first
    assert render.main([str(path)]) == 0
    assert path.read_bytes() == first
    assert render.main(["--check", str(path)]) == 0
