"""Runs a function of a test in several gloo processes on this machine, and brings back what each
returned. Marked `distributed` where it is used: starting them takes seconds."""

import os
import socket
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

PATIENCE = 60  # seconds, for one to wait for the others


def together(count: int, work: Callable, *given: Any) -> list[Any]:
    """`work(rank, *given)` in each of `count` processes; what they returned, by rank.

    Args:
        work: a function at the top of a test's module; returns what `torch.save` can write.

    Raises:
        Exception: what one of them raised.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as answers:
        whole = (count, port, answers, work, given)
        mp.start_processes(_one, whole, count, join=True, start_method="spawn")
        return [torch.load(Path(answers, str(rank))) for rank in range(count)]


def _one(rank: int, count: int, port: int, answers: str, work: Callable, given: tuple) -> None:
    torch.set_num_threads(1)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    os.environ |= {name: str(rank) for name in ("RANK", "LOCAL_RANK")} | {"WORLD_SIZE": str(count)}
    dist.init_process_group("gloo", None, timedelta(seconds=PATIENCE), count, rank)
    try:
        torch.save(work(rank, *given), Path(answers, str(rank)))
    finally:
        dist.destroy_process_group()
