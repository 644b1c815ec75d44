"""What a run measures, row by row: CSV files, and the same for TensorBoard. Chapter 14."""

import csv
from pathlib import Path
from typing import Any

from dalle_edu.provenance import write_text


class Tables:
    """The tables of one stage: `folder/<table>.csv` and folder/tensorboard."""

    def __init__(self, folder: Path):
        self.folder, self.start, self.board = folder, 0, None
        self.columns: dict[str, list[str]] = {}  # of each table

    def trim(self, start: int) -> None:
        """Drop the rows from step `start` on, and a torn last row: they will be written again."""
        self.start = start
        for table in self.folder.glob("*.csv"):
            lines = table.read_text("utf-8").splitlines(keepends=True)
            ends = (row for row in lines[1:] if row.endswith("\n"))
            whole = [row for row in ends if int(row.split(",")[0]) < start]
            write_text(table, "".join(lines[:1] + whole) if whole else "")

    def add(self, table: str, row: dict[str, Any]) -> None:
        """One row, whose first column is the step; the first row settles the columns.

        Raises:
            ValueError: if the columns are others than before.
        """
        if list(row) != self.columns.setdefault(table, list(row)):
            raise ValueError(f"{table}.csv has columns {self.columns[table]}, not {list(row)}")
        with (self.folder / f"{table}.csv").open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, row, lineterminator="\n")
            if not file.tell():
                writer.writeheader()
            writer.writerow(row)
        if self.board is None:
            from torch.utils.tensorboard import SummaryWriter

            self.board = SummaryWriter(str(self.folder / "tensorboard"), purge_step=self.start)
        step, *others = row
        for name in others:
            self.board.add_scalar(f"{table}/{name}", row[name], row[step])

    def close(self) -> None:
        """Nothing more is added."""
        if self.board is not None:
            self.board.close()
