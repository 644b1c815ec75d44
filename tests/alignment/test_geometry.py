import math

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.alignment.geometry import alignment, effective_rank, modality_gap, uniformity


def sphere(seed, n, width):
    g = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(n, width, generator=g, dtype=torch.float64), dim=1)


def squared_distance(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def test_alignment_against_loops():
    a, b = sphere(0, 6, 4), sphere(1, 6, 4)
    pairs = list(zip(a.tolist(), b.tolist(), strict=True))
    for alpha in (1, 2):
        expected = sum(squared_distance(x, y) ** (alpha / 2) for x, y in pairs) / 6
        assert alignment(a, b, alpha).item() == pytest.approx(expected)
    assert alignment(a, b).item() == pytest.approx(2 - 2 * (a * b).sum(1).mean().item())
    assert alignment(a, a).item() == 0


def test_uniformity_against_loops():
    x = sphere(2, 7, 3)
    points = x.tolist()
    for t in (1.0, 2.0):
        kernel = [
            math.exp(-t * squared_distance(points[i], points[j]))
            for i in range(7)
            for j in range(7)
            if i != j
        ]
        expected = math.log(sum(kernel) / len(kernel))
        assert uniformity(x, t).item() == pytest.approx(expected)


def test_uniformity_without_the_diagonal():
    """Two opposite poles: distance 2, so exactly -8. The diagonal would lift it to log 1/2."""
    poles = torch.tensor([[1.0, 0.0], [-1.0, 0.0]], dtype=torch.float64)
    assert uniformity(poles).item() == pytest.approx(-8)
    assert uniformity(poles[:1].expand(5, -1)).item() == pytest.approx(0)


def test_uniformity_is_the_log_of_the_mean_not_the_mean_of_logs():
    x = sphere(3, 10, 3)
    mean_of_logs = -2 * torch.pdist(x).square().mean().item()
    assert uniformity(x).item() > mean_of_logs + 0.1


def test_modality_gap():
    image = sphere(4, 50, 6)
    assert modality_gap(image, image.flip(0)).item() == pytest.approx(0)
    shift = torch.tensor([0.3, 0, 0, 0.4, 0, 0], dtype=torch.float64)
    assert modality_gap(image, image + shift).item() == pytest.approx(0.5)
    north = torch.tensor([[0.0, 1.0]])
    assert modality_gap(north, -north.expand(3, -1)).item() == pytest.approx(2)


def test_effective_rank():
    eye = torch.eye(8, dtype=torch.float64)
    assert effective_rank(eye).item() == pytest.approx(8)
    assert effective_rank(5 * eye[:3].repeat(4, 1)).item() == pytest.approx(3)
    poles = eye[:1] * torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0]).double()[:, None]
    assert effective_rank(poles).item() == pytest.approx(1)  # where the article's loss ends
    values = [3.0, 2.0, 1.0]
    entropy = -sum(v / 6 * math.log(v / 6) for v in values)
    diagonal = torch.tensor(values, dtype=torch.float64).diag()
    assert effective_rank(diagonal).item() == pytest.approx(math.exp(entropy))
    rotation = torch.linalg.qr(sphere(5, 3, 3)).Q
    assert effective_rank(rotation @ diagonal).item() == pytest.approx(math.exp(entropy))


def test_errors():
    with pytest.raises(ValueError, match="make no pair"):
        uniformity(torch.ones(1, 2))
    with pytest.raises(ValueError, match="row by row"):
        alignment(torch.ones(2, 3), torch.ones(1, 3))
