import subprocess
import sys
import types
import warnings

import pytest
from PIL import Image

import dalle_edu
from dalle_edu import cli, provenance
from dalle_edu.training.recipes import RECIPES


class FakeModel:
    """Draws one colour a picture; warns of the word "xyzzy"."""

    def __init__(self):
        self.calls = []

    def draw(self, prompt, n=1, seed=None, rerank=None):
        self.calls.append((prompt, n, seed, rerank))
        if "xyzzy" in prompt:
            warnings.warn("never seen in training, drawn anyway: 'xyzzy'", stacklevel=2)
        return [Image.new("RGB", (8, 8), (10 * k, seed, 0)) for k in range(n)]


@pytest.fixture
def model(monkeypatch, tmp_path):
    made = FakeModel()

    def load(name):
        if name != "little-world":
            raise ValueError(f"there is no model {name!r}: choose from little-world")
        return made

    monkeypatch.setattr(dalle_edu, "load", load)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def no_load(monkeypatch, tmp_path):
    """No model may be loaded: everything is checked before."""

    def load(name):
        pytest.fail("a model was loaded before the arguments were checked")

    monkeypatch.setattr(dalle_edu, "load", load)
    monkeypatch.chdir(tmp_path)


def call(arguments):
    """The exit code, whether argparse or we refuse."""
    try:
        return cli.main(arguments)
    except SystemExit as stop:
        return stop.code


def refused(arguments, capsys):
    """The one line on standard error of a command that is refused."""
    assert call(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "draw|train|evaluate"),
        (["paint"], "invalid choice: 'paint'"),
        (["draw"], "PROMPT"),
        (["draw", ""], "prompt 1 is empty: give every prompt at least one word"),
        (["draw", "a star", " \t\n"], "prompt 2 is empty"),
        (["draw", "a \udcff star"], "prompt 1 is not a text"),
        (["draw", "a star", "-n", "0"], "-n is 0: ask for at least one picture"),
        (["draw", "a star", "-n", "-3"], "-n is -3"),
        (["draw", "a star", "-n", "two"], "argument -n: invalid int value: 'two'"),
        (["draw", "a star", "--rerank", "0"], "--rerank is 0"),
        (["draw", "a star", "--seed", "-1"], "--seed is -1"),
        (
            ["draw", "a star", "-o", "sky.xyz"],
            "file type '.xyz' of sky.xyz is unknown: choose from .png",
        ),
        (["draw", "a star", "-o", "sky"], "file type '' of sky is unknown"),
        (["draw", "a star", "-o", "none/sky.png"], "make the folder none first"),
        (["draw", "a star", "-o", "none/sky/"], "make the folder none first"),
        (["draw", "a star", "-o", "file.txt/"], "file.txt/ is a file"),
        (["draw", "a star", "-o", "file.txt/sky.png"], "make the folder file.txt first"),
        (["train"], "stage"),
        (["train", "vae", "--run", "run"], "invalid choice: 'vae'"),
        (["train", "clip"], "--run is missing: give the folder of the run, or --plan"),
        (["train", "clip", "--plan", "--peak", "0"], "--peak is 0.0: give operations a second"),
        (["train", "clip", "--plan", "--utilisation", "40"], "--utilisation is 40.0: give a share"),
        (["train", "clip", "--run", "run", "--recipe", "huge"], "invalid choice: 'huge'"),
        (["train", "clip", "--run", "run", "--set", "clip.stepz=1"], "did you mean clip.steps?"),
        (["train", "clip", "--run", "file.txt"], "file.txt is a file"),
        (["train", "gan", "--run", "run"], "gan needs a finished clip in run: train clip first"),
        (["train", "clip", "--run", "old"], "already holds a run: add --resume"),
        (["train", "all", "--run", "old"], "already holds a run: add --resume"),
        (["evaluate"], "--out"),
        (["evaluate", "--out", "none/report"], "make the folder none first"),
        (["evaluate", "--out", "file.txt"], "file.txt is a file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(
    arguments, sentence, capsys, no_load, tmp_path
):
    (tmp_path / "file.txt").write_text("mine")
    (tmp_path / "old" / "clip").mkdir(parents=True)
    (tmp_path / "old" / "clip" / "metrics.csv").write_text("step\n")
    before = sorted(tmp_path.rglob("*"))
    assert sentence in refused(arguments, capsys)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_output_that_cannot_be_written_is_refused(no_load, capsys, tmp_path, monkeypatch):
    def deny(dir):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(cli.tempfile, "TemporaryFile", deny)
    assert "sky.png cannot be written: Permission denied" in refused(
        ["draw", "a star", "-o", "sky.png"], capsys
    )


def test_an_unknown_model_is_refused(model, capsys, tmp_path):
    assert "there is no model 'dall-e-7'" in refused(
        ["draw", "a star", "--model", "dall-e-7", "-o", "new/"], capsys
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_one_contact_sheet(model, capsys, tmp_path):
    assert cli.main(["draw", "a star", "-n", "5", "--seed", "7", "-o", "sky.png"]) == 0
    assert capsys.readouterr().out == "wrote sky.png (5 pictures)\n"
    sheet = Image.open(tmp_path / "sky.png")
    assert sheet.size == (24, 16)
    assert [sheet.getpixel((8 * (k % 3), 8 * (k // 3)))[0] for k in range(5)] == [0, 10, 20, 30, 40]
    assert model.calls == [("a star", 5, 7, None)]
    told = provenance.read(tmp_path / "sky.png")
    assert (told["prompt"], told["model"], told["seed"]) == ("a star", "little-world", "7")
    assert [path.name for path in tmp_path.iterdir()] == ["sky.png"]


def test_one_picture_is_drawn_as_it_is_into_picture_png(model, capsys, tmp_path):
    assert cli.main(["draw", "a star"]) == 0
    assert capsys.readouterr().out == "wrote picture.png (1 picture)\n"
    assert Image.open(tmp_path / "picture.png").size == (8, 8)


def test_several_prompts_stand_one_below_the_other(model, tmp_path):
    assert cli.main(["draw", "a star", "a circle", "-n", "3", "--rerank", "4"]) == 0
    assert Image.open(tmp_path / "picture.png").size == (24, 16)
    assert model.calls == [("a star", 3, 0, 4), ("a circle", 3, 0, 4)]


@pytest.mark.parametrize("name", ["new/", "there", "there/"])
def test_a_folder_gets_one_file_a_picture(model, tmp_path, name):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine")
    assert cli.main(["draw", "a star!", "红色的星", "-n", "2", "-o", name]) == 0
    found = {path.name for path in (tmp_path / name).iterdir()} - {"mine.txt"}
    assert found == {
        "01-a-star-seed0-01.png",
        "01-a-star-seed0-02.png",
        "02-红色的星-seed0-01.png",
        "02-红色的星-seed0-02.png",
    }


def test_nothing_half_written_is_left(model, capsys, tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    real = provenance.save

    def full(image, path, **about):
        if "-02" in path.name:
            raise OSError(28, "No space left on device")
        real(image, path, **about)

    monkeypatch.setattr(provenance, "save", full)
    for folder in ("new/", "there/"):
        assert "No space left" in refused(["draw", "a star", "-n", "3", "-o", folder], capsys)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_an_old_picture_survives_a_failed_one(model, capsys, tmp_path, monkeypatch):
    (tmp_path / "sky.png").write_bytes(b"old")

    def broken(image, path, **about):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(provenance, "save", broken)
    refused(["draw", "a star", "-o", "sky.png"], capsys)
    assert (tmp_path / "sky.png").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["sky.png"]


def test_unknown_words_are_one_line_and_drawn_anyway(model, capsys, tmp_path):
    assert cli.main(["draw", "a xyzzy", "the xyzzy", "-o", "sky.png"]) == 0
    err = capsys.readouterr().err
    assert err == "warning: never seen in training, drawn anyway: 'xyzzy'\n"
    assert (tmp_path / "sky.png").exists()


@pytest.fixture
def loops(monkeypatch):
    """Loops that only say that they were called."""
    calls = []

    def loop(stage):
        def train(run, recipe, seed, resume=False, device=None, progress=True):
            calls.append((stage, recipe, seed, resume, device, progress))

        return types.SimpleNamespace(train=train)

    real = cli.importlib.import_module
    monkeypatch.setattr(
        cli.importlib,
        "import_module",
        lambda name: (
            loop(name.split(".")[-1]) if name.startswith("dalle_edu.training.") else real(name)
        ),
    )
    return calls


def test_a_plan_says_what_each_stage_costs(monkeypatch, capsys):
    from dalle_edu import plan

    def costs(recipe, stages):
        return [plan.Cost(s, 2_500_000, 3.6e12, recipe.gan.steps, 2**30) for s in stages]

    monkeypatch.setattr(plan, "plan", costs)
    told = ["train", "all", "--plan", "--set", "gan.steps=1000", "--peak", "1e12"]
    assert cli.main([*told, "--utilisation", "0.5"]) == 0
    head, *rows, last = capsys.readouterr().out.splitlines()
    assert head.split() == ["stage", "trained", "GFLOP/step", "MiB", "steps", "hours"]
    assert [row.split()[0] for row in rows] == ["judge", "clip", "align", "gan"]
    assert rows[3].split()[1:] == ["2.50M", "3600", "1024", "1000", "2"]
    assert last == "8 hours at 50% of 1e+12 operations a second"


def test_all_trains_the_stages_in_order(loops, tmp_path, capsys):
    arguments = ["--run", str(tmp_path / "run"), "--recipe", "smoke", "--seed", "4", "--quiet"]
    assert cli.main(["train", "all", *arguments, "--set", "gan.steps=2", "--device", "cpu"]) == 0
    recipe = RECIPES["smoke"].override(["gan.steps=2"])
    assert loops == [
        (stage, recipe, 4, False, "cpu", False) for stage in ("judge", "clip", "align", "gan")
    ]
    assert capsys.readouterr().out.count("finished") == 4


def test_a_finished_stage_is_skipped_at_resume(loops, tmp_path, capsys):
    from dalle_edu.training.run import Run

    recipe = RECIPES["smoke"]
    Run(tmp_path, "judge", recipe, 0, device="cpu", progress=False).finish()
    assert cli.main(["train", "all", "--run", str(tmp_path), "--recipe", "smoke", "--resume"]) == 0
    assert [call[0] for call in loops] == ["clip", "align", "gan"]
    assert "judge: finished before" in capsys.readouterr().out


def test_an_interruption_says_how_to_go_on(monkeypatch, tmp_path, capsys):
    from dalle_edu.training.run import Interrupted

    def train(*arguments):
        raise Interrupted("clip was stopped: continue with --resume")

    monkeypatch.setattr(
        cli.importlib, "import_module", lambda name: types.SimpleNamespace(train=train)
    )
    assert cli.main(["train", "clip", "--run", str(tmp_path / "run")]) == 130
    assert "continue with --resume" in capsys.readouterr().err


def test_evaluate_calls_the_report(monkeypatch, tmp_path, capsys):
    calls = []

    def evaluate(model, out, about):
        calls.append((model, out))
        return f"tables by {about['command']}"

    fake = types.SimpleNamespace(evaluate=evaluate)
    monkeypatch.setitem(sys.modules, "dalle_edu.report", fake)
    monkeypatch.setattr(dalle_edu, "report", fake, raising=False)
    assert cli.main(["evaluate", "--model", "m", "--out", str(tmp_path / "out")]) == 0
    assert calls == [("m", str(tmp_path / "out"))]
    assert "tables by dalle-edu evaluate --model m" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["draw", "train", "evaluate"])
def test_help_has_examples(command, capsys):
    assert call([command, "--help"]) == 0
    assert f"dalle-edu {command}" in capsys.readouterr().out.split("examples:")[1]


def test_help_does_not_import_torch():
    code = (
        "import sys; from dalle_edu import cli\n"
        "try: cli.main(['train', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'numpy', 'PIL', 'accelerate', 'tokenizers'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "dalle_edu", "draw", " "], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("dalle-edu draw: prompt 1 is empty")
