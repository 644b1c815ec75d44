import math

import pytest
import torch

from dalle_edu.contrastive.zero_shot import class_embeddings, predict, prompts


def test_class_embeddings_against_loops():
    g = torch.Generator().manual_seed(0)
    text = torch.randn(3, 4, 5, generator=g, dtype=torch.float64) * torch.rand(3, 4, 1, generator=g)
    got = class_embeddings(text)
    for c in range(3):
        total = [0.0] * 5
        for vector in text[c].tolist():
            length = math.sqrt(sum(v * v for v in vector))
            total = [a + v / length for a, v in zip(total, vector, strict=True)]
        length = math.sqrt(sum(v * v for v in total))
        assert got[c].tolist() == pytest.approx([v / length for v in total])


def test_every_template_counts_alike_and_every_class_has_length_one():
    """One long template does not outweigh the others; a class of scattered templates is no shorter
    (not re-normalised, it would lose every comparison by plain dot products)."""
    long = torch.tensor([[[100.0, 0.0], [0.0, 1.0]]])
    assert class_embeddings(long)[0].tolist() == pytest.approx([0.5**0.5, 0.5**0.5])
    scattered = torch.randn(6, 8, 16, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(class_embeddings(scattered).norm(dim=1), torch.ones(6))


def test_predict_is_over_classes_and_ignores_length():
    classes = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    image = torch.tensor([[0.1, 3.0], [0.2, 5.0], [-9.0, 1.0], [2.0, 1.0]])
    found = predict(image, classes)
    assert found.tolist() == [1, 1, 2, 0]  # an argmax over pictures would give three numbers
    assert predict(image, classes * torch.tensor([[1.0], [100.0], [1.0]])).tolist() == [1, 1, 2, 0]


def test_prompts_are_class_by_class():
    names, templates = ["circle", "{star}"], ["a {}", "a drawing of a {}", "{}, {}"]
    texts = prompts(names, templates)
    assert texts[:3] == ["a circle", "a drawing of a circle", "circle, circle"]
    assert texts[3] == "a {star}"
    # so that a reshape puts every class's templates together
    numbered = torch.tensor([[float("circle" in t), float("star" in t)] for t in texts])
    assert predict(numbered, class_embeddings(numbered.view(2, 3, 2))).tolist() == [0] * 3 + [1] * 3


def test_errors():
    with pytest.raises(ValueError, match="has no"):
        prompts(["circle"], ["a picture"])
    with pytest.raises(ValueError, match="classes, templates"):
        class_embeddings(torch.zeros(3, 4))
