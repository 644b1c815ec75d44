import pytest
import torch

from dalle_edu.evaluation.retrieval import EditTest, Recall, recall_at_k


def oracle(similarity, true, k):
    """Sorted with false items first among equals; a query that has nothing true is not asked."""
    hits = queries = duplicates = 0
    for row, marks in zip(similarity.tolist(), true.tolist(), strict=True):
        if not any(marks):
            continue
        queries += 1
        duplicates += sum(marks) > 1
        ranking = sorted(range(len(row)), key=lambda j: (-row[j], marks[j]))
        hits += any(marks[j] for j in ranking[:k])
    return Recall(hits, queries, duplicates)


@pytest.mark.parametrize("k", [1, 2, 5, 50])
@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_against_loops_with_ties(k, levels):
    g = torch.Generator().manual_seed(levels)
    for rows, columns in ((1, 1), (6, 6), (5, 9)):
        similarity = torch.randint(levels, (rows, columns), generator=g) / levels
        true = torch.eye(rows, columns).bool() | (torch.rand(rows, columns, generator=g) < 0.15)
        true[:, rows:] &= torch.arange(columns - rows) % 2 == 0
        forward, backward = recall_at_k(similarity, true, k)
        assert forward == oracle(similarity, true, k)
        assert backward == oracle(similarity.T, true.T, k)


def test_the_two_directions():
    """Every picture finds its caption; both captions find picture 1."""
    similarity = torch.tensor([[0.3, 0.1], [0.5, 0.9]])
    to_caption, to_picture = recall_at_k(similarity, torch.eye(2).bool())
    assert (to_caption.rate, to_picture.rate) == (1.0, 0.5)


def test_a_true_item_is_a_hit_whichever_it_is():
    true = torch.tensor([[True, True, False], [True, True, False], [False, False, True]])
    similarity = torch.tensor([[0.1, 0.9, 0.0], [0.9, 0.1, 0.0], [0.0, 0.0, 0.9]])
    to_caption, _ = recall_at_k(similarity, true)
    assert to_caption == Recall(hits=3, queries=3, duplicates=2)
    assert recall_at_k(similarity, torch.eye(3).bool())[0].hits == 1  # by position


def test_a_collapsed_encoder_hits_nothing():
    equal = torch.full((10, 10), 0.7)
    for recall in recall_at_k(equal, torch.eye(10).bool(), k=9):
        assert recall.hits == 0
    for recall in recall_at_k(equal, torch.eye(10).bool(), k=10):
        assert recall.rate == 1


def test_edited_captions_are_searched_but_ask_nothing():
    similarity = torch.tensor([[0.5, 0.1, 0.6], [0.1, 0.5, 0.4]])
    to_caption, to_picture = recall_at_k(similarity, torch.eye(2, 3).bool())
    assert (to_caption.hits, to_caption.queries) == (1, 2)
    assert (to_picture.hits, to_picture.queries) == (2, 2)


def test_errors():
    s, true = torch.zeros(2, 2), torch.eye(2).bool()
    with pytest.raises(ValueError, match="shapes"):
        recall_at_k(s, true[:1])
    with pytest.raises(ValueError, match="k is 0"):
        recall_at_k(s, true, 0)
    with pytest.raises(ValueError, match="NaN"):
        recall_at_k(s / 0, true)
    with pytest.raises(ValueError, match="picture 1 has no true caption"):
        recall_at_k(s, torch.tensor([[True, True], [False, False]]))


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
