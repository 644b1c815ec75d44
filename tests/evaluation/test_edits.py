import pytest
import torch

from dalle_edu.evaluation.edits import EditTest


class Letters:
    """A stand-in tokenizer: code points, padded."""

    def __call__(self, texts):
        longest = max(map(len, texts))
        return torch.tensor([[ord(c) for c in t] + [0] * (longest - len(t)) for t in texts])


@pytest.fixture(scope="module")
def edits():
    return EditTest("core", 32, Letters(), pairs=6)


def test_every_kind_that_the_core_knows_is_there_with_as_many_pairs(edits):
    assert {"colour", "shape", "size", "place", "swap colours", "swap places"} <= edits.kinds.keys()
    assert not {"fill", "count"} & edits.kinds.keys()
    for pictures, true, false in edits.kinds.values():
        assert pictures.shape == (6, 3, 32, 32) and len(true) == len(false) == 6
        assert not any(t.tolist() == f.tolist() for t, f in zip(true, false, strict=True))


def test_shares_of_a_scorer_that_knows_one_that_errs_and_one_that_cannot_tell(edits):
    told = {tuple(row[row > 0].tolist()) for _, true, _ in edits.kinds.values() for row in true}

    def knows(pictures, tokens):
        return torch.tensor([float(tuple(row[row > 0].tolist()) in told) for row in tokens])

    assert set(edits.run(knows).values()) == {1.0}
    assert set(edits.run(lambda p, t: -knows(p, t)).values()) == {0.0}
    assert set(edits.run(lambda p, t: torch.zeros(len(t))).values()) == {0.0}  # ties are lost
