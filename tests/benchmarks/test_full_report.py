"""The whole report: one command completes what another began."""

import json
from pathlib import Path

from benchmarks import full_report
from dalle_edu import report, zoo
from dalle_edu.gan.discriminator import Discriminator, DiscriminatorSettings
from tests.tiny import save_run, tiny_judge, tiny_parts


def test_the_command_adds_to_the_report(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(zoo, "WEIGHTS", tmp_path / "weights")
    monkeypatch.setattr(full_report, "ENTRIES", {"variety": lambda s: [{"left open": "sky"}]})
    run, out = save_run(tmp_path / "run", tiny_parts()), tmp_path / "report"
    judge, d = tiny_judge(), Discriminator(DiscriminatorSettings(64, (16, 16, 32), 32, 32))
    Path(run, "judge").mkdir()
    zoo.save_piece(Path(run, "judge"), "judge", judge, judge.settings)
    zoo.save_piece(Path(run, "gan"), "discriminator", d, d.settings)
    report.evaluate(run, out, 2, {"stage_1": lambda s: [{"direction": "both"}]})
    monkeypatch.setattr(
        "sys.argv", ["full_report.py", "--model", run, "--out", str(out), "-n", "2"]
    )
    full_report.main()
    entries = json.loads((out / "report.json").read_text("utf-8"))["entries"]
    assert list(entries) == ["stage_1", "variety", "discriminator"]
    assert entries["variety"]["how"]["command"].startswith(
        "python -m benchmarks.full_report --model"
    )
    assert {row["edit"] for row in entries["discriminator"]["rows"]} >= {"colour", "size", "shape"}
    assert "by the discriminator" in capsys.readouterr().out


def test_every_entry_has_a_title_of_its_own():
    titles = [measure.__doc__ for measure in full_report.ENTRIES.values()]
    assert len(set(titles)) == len(titles) == 9 and all(titles)
