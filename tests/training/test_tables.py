import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from dalle_edu.training.tables import Tables


def rows(folder, table="metrics"):
    return (folder / f"{table}.csv").read_text("utf-8").splitlines()


def test_rows_go_into_the_file_and_to_tensorboard(tmp_path):
    tables = Tables(tmp_path)
    for step in (0, 5):
        tables.add("metrics", {"step": step, "loss": 0.5 - step})
        tables.add("checks", {"step": step, "share": 1.0})
    tables.close()
    assert rows(tmp_path) == ["step,loss", "0,0.5", "5,-4.5"]
    assert rows(tmp_path, "checks") == ["step,share", "0,1.0", "5,1.0"]
    seen = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(e.step, e.value) for e in seen.Scalars("metrics/loss")] == [(0, 0.5), (5, -4.5)]


def test_other_columns_are_refused(tmp_path):
    tables = Tables(tmp_path)
    tables.add("checks", {"step": 0, "a": 1.0})
    with pytest.raises(ValueError, match=r"checks\.csv has columns \['step', 'a'\], not"):
        tables.add("checks", {"step": 1, "b": 1.0})
    tables.close()


@pytest.mark.parametrize(
    ("start", "left"),
    [(0, []), (1, ["step,loss", "0,1.0"]), (9, ["step,loss", "0,1.0", "1,1.0", "2,1.0"])],
)
def test_rows_from_a_step_on_are_dropped_and_a_torn_one_too(tmp_path, start, left):
    tables = Tables(tmp_path)
    for step in range(3):
        tables.add("metrics", {"step": step, "loss": 1.0})
    tables.close()
    with (tmp_path / "metrics.csv").open("a", encoding="utf-8") as file:
        file.write("3,0.")
    again = Tables(tmp_path)
    again.trim(start)
    assert rows(tmp_path) == left


def test_nothing_was_added():
    Tables("nowhere").close()
