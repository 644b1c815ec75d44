"""Each loss against plain loops over Python numbers, its closed forms, and known mistakes."""

import math

import pytest
import torch
from torch.autograd import gradcheck
from torch.utils._python_dispatch import TorchDispatchMode

from dalle_edu.contrastive.losses import (
    article_loss,
    cosines,
    info_nce,
    info_nce_chunked,
    sigmoid_loss,
    triplet_loss,
)

# ---- oracles: no tensor arithmetic, no log-sum-exp ------------------------------------------


def transposed(matrix):
    return [list(column) for column in zip(*matrix, strict=True)]


def oracle_info_nce(s, true):
    def direction(s, true):
        lines = []
        for values, marks in zip(s, true, strict=True):
            logs = [
                -math.log(math.exp(v) / sum(math.exp(w) for w in values))
                for v, mark in zip(values, marks, strict=True)
                if mark
            ]
            if logs:
                lines.append(sum(logs) / len(logs))
        return sum(lines) / len(lines)

    return (direction(s, true) + direction(transposed(s), transposed(true))) / 2


def oracle_leads(s, true):
    return [
        values[p] - values[n]
        for values, marks in zip(s, true, strict=True)
        for p in range(len(values))
        for n in range(len(values))
        if marks[p] and not marks[n]
    ]


def oracle_triplet(s, true, margin):
    leads = oracle_leads(s, true) + oracle_leads(transposed(s), transposed(true))
    return sum(max(0.0, margin - lead) for lead in leads) / len(leads)


def oracle_article(s, true):
    leads = oracle_leads(s, true)
    return sum(-(lead**2) for lead in leads) / len(leads)


def oracle_sigmoid(cosine, true, scale, bias):
    total = 0.0
    for values, marks in zip(cosine, true, strict=True):
        for value, mark in zip(values, marks, strict=True):
            z = 1 if mark else -1
            total += math.log(1 + math.exp(-z * (scale * value + bias)))
    return total / len(cosine)


def random_case(seed, rows, columns, density):
    """Cosines and truth: a positive in every row, several in some; some columns without."""
    g = torch.Generator().manual_seed(seed)
    cosine = torch.rand(rows, columns, generator=g, dtype=torch.float64) * 2 - 1
    true = torch.rand(rows, columns, generator=g) < density
    true |= torch.eye(rows, columns, dtype=torch.bool)
    true[:, rows:] &= torch.rand(columns - rows, generator=g) < 0.5
    return cosine, true


CASES = [(0, 1, 3, 0.0), (1, 4, 4, 0.0), (2, 5, 5, 0.4), (3, 4, 9, 0.3), (4, 6, 7, 0.5)]
BOTH = pytest.mark.parametrize("loss", ["whole", "chunked"])


def nce(loss, similarity, true):
    """info_nce, or the chunked form on embeddings whose product is the similarity."""
    if loss == "whole":
        return info_nce(similarity, true)
    eye = torch.eye(similarity.shape[1], dtype=similarity.dtype)
    return info_nce_chunked(similarity, eye, lambda r, c: true[r, c], 1.0, 2)


@pytest.mark.parametrize("case", CASES)
def test_all_equal_their_oracles(case):
    cosine, true = random_case(*case)
    c, t = cosine.tolist(), true.tolist()
    scaled = [[4 * v for v in row] for row in c]
    for loss in ("whole", "chunked"):
        assert nce(loss, 4 * cosine, true).item() == pytest.approx(oracle_info_nce(scaled, t))
    assert sigmoid_loss(cosine, true, 4.0, -1.5).item() == pytest.approx(
        oracle_sigmoid(c, t, 4.0, -1.5)
    )
    for margin in (0.0, 0.2, 1.0):
        assert triplet_loss(cosine, true, margin).item() == pytest.approx(
            oracle_triplet(c, t, margin)
        )
    assert article_loss(cosine, true).item() == pytest.approx(oracle_article(c, t))


# ---- closed forms ----------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("level", [-3.0, 0.0, 90.0])
def test_equal_logits_cost_log_n(loss, level):
    n, m = 6, 10
    same = torch.full((n, n), level, dtype=torch.float64)
    assert nce(loss, same, torch.eye(n).bool()).item() == pytest.approx(math.log(n), abs=1e-12)
    wide = torch.full((n, m), level, dtype=torch.float64)
    expected = (math.log(n) + math.log(m)) / 2
    assert nce(loss, wide, torch.eye(n, m).bool()).item() == pytest.approx(expected, abs=1e-12)


@BOTH
@pytest.mark.parametrize("tau", [0.05, 0.2, 1.0])
def test_orthonormal_matches(loss, tau):
    n = 7
    expected = math.log(1 + (n - 1) * math.exp(-1 / tau))
    value = nce(loss, torch.eye(n, dtype=torch.float64) / tau, torch.eye(n).bool())
    assert value.item() == pytest.approx(expected, rel=1e-9)


@BOTH
def test_floor_with_k_positives_is_log_k(loss):
    true = torch.block_diag(*[torch.ones(3, 3)] * 4).bool()  # K = 3 in every row and column
    perfect = true.double() * 1000
    assert nce(loss, perfect, true).item() == pytest.approx(math.log(3))
    g = torch.Generator().manual_seed(0)
    for _ in range(20):
        s = torch.randn(12, 12, generator=g, dtype=torch.float64) * 10
        assert nce(loss, s, true) > math.log(3)


def test_mean_of_logs_not_log_of_mean():
    """All positives must be found: the log of their summed probability is another loss."""
    true = torch.tensor([[True, True, False]])
    s = torch.tensor([[0.0, -20.0, 0.0]], dtype=torch.float64)
    log_of_sum = math.log(2)
    assert info_nce(s, true).item() > 2 * log_of_sum


@BOTH
def test_perfect_match_costs_nothing_and_collapse_costs_log_n(loss):
    n = 8
    g = torch.Generator().manual_seed(1)
    true = torch.eye(n).bool()
    points = torch.nn.functional.normalize(torch.randn(n, n, generator=g).double(), dim=1)
    orthonormal = torch.linalg.qr(points).Q
    assert nce(loss, 100 * orthonormal @ orthonormal.T, true).item() < 1e-12
    collapsed = points[:1].expand(n, -1)
    for scale in (1.0, 14.0, 100.0):
        value = nce(loss, scale * collapsed @ collapsed.T, true).item()
        assert value == pytest.approx(math.log(n), abs=1e-9)


def test_sigmoid_closed_forms():
    n, m = 5, 9
    true = torch.eye(n, m).bool()
    nothing = torch.zeros(n, m, dtype=torch.float64)
    assert sigmoid_loss(nothing, true, 10.0, 0.0).item() == pytest.approx(m * math.log(2))
    # At the paper's start, bias -10: only the true pairs cost, 10 nats each.
    expected = math.log(1 + math.exp(10)) + (m - 1) * math.log(1 + math.exp(-10))
    assert sigmoid_loss(nothing, true, 10.0, -10.0).item() == pytest.approx(expected)
    assert sigmoid_loss(true.double() * 2 - 1, true, 100.0, 0.0).item() < 1e-40
    # No row needs a true caption, no column a true picture.
    assert sigmoid_loss(nothing, ~(true | ~true), 1.0, 0.0).item() == pytest.approx(m * math.log(2))


def test_triplet_closed_forms():
    true = torch.eye(4, 6).bool()
    equal = torch.full((4, 6), 0.3, dtype=torch.float64)
    assert triplet_loss(equal, true, 0.2).item() == pytest.approx(0.2)
    assert triplet_loss(true.double(), true, 1.0).item() == 0
    assert triplet_loss(true.double(), true, 1.5).item() == pytest.approx(0.5)
    # The columns count too: here every row is content, the first column is not.
    s = torch.tensor([[0.5, 0.0], [0.6, 0.9]], dtype=torch.float64)
    assert triplet_loss(s, torch.eye(2).bool(), 0.1).item() == pytest.approx(0.2 / 4)


# ---- the article's formula, and what is wrong with it -----------------------------------------


def test_article_loss_is_even_flat_at_equality_and_pushes_the_true_one_down():
    true = torch.tensor([[True, False]])
    won = torch.tensor([[0.8, 0.3]], dtype=torch.float64)
    assert article_loss(won, true).item() == pytest.approx(-0.25)
    assert article_loss(won.flip(1), true).item() == article_loss(won, true).item()

    equal = torch.full((1, 2), 0.4, dtype=torch.float64, requires_grad=True)
    article_loss(equal, true).backward()
    assert equal.grad.tolist() == [[0, 0]]

    lost = torch.tensor([[0.2, 0.5]], dtype=torch.float64, requires_grad=True)
    article_loss(lost, true).backward()
    assert lost.grad[0, 0].item() == pytest.approx(0.6)  # descent lowers the true similarity
    assert lost.grad[0, 1].item() == pytest.approx(-0.6)


def test_article_loss_is_the_mean_of_squares_with_its_outer_minus():
    true = torch.tensor([[True, False, False]])
    s = torch.tensor([[0.0, 0.5, -0.5]], dtype=torch.float64)
    assert article_loss(s, true).item() == pytest.approx(-0.25)  # square of the mean would be 0


def test_article_loss_uses_rows_only():
    true = torch.eye(2).bool()
    s = torch.tensor([[0.5, 0.1], [0.2, 0.9]], dtype=torch.float64)
    assert article_loss(s, true).item() == pytest.approx(-(0.4**2 + 0.7**2) / 2)


# ---- symmetries -------------------------------------------------------------------------------


def every_loss():
    return {
        "info_nce": lambda s, t: info_nce(5 * s, t),
        "chunked": lambda s, t: nce("chunked", 5 * s, t),
        "sigmoid": lambda s, t: sigmoid_loss(s, t, 5.0, -1.0),
        "triplet": lambda s, t: triplet_loss(s, t, 0.3),
        "article": article_loss,
    }


@pytest.mark.parametrize("name", every_loss())
def test_joint_permutation_changes_nothing_and_a_lone_one_does(name):
    loss = every_loss()[name]
    cosine, true = random_case(5, 6, 9, 0.2)
    g = torch.Generator().manual_seed(2)
    rows, columns = torch.randperm(6, generator=g), torch.randperm(9, generator=g)
    value = loss(cosine, true).item()
    shuffled = loss(cosine[rows][:, columns], true[rows][:, columns]).item()
    assert shuffled == pytest.approx(value, rel=1e-12)
    assert loss(cosine[rows][:, columns], true).item() != pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize("name", ["info_nce", "chunked", "sigmoid", "triplet"])
def test_pictures_and_captions_exchanged(name):
    loss = every_loss()[name]
    cosine, true = random_case(6, 6, 6, 0.2)
    assert loss(cosine.T, true.T).item() == pytest.approx(loss(cosine, true).item(), rel=1e-12)


@BOTH
def test_rows_and_columns_both_count(loss):
    """Every row right, one column wrong, is not the same as every row and column right."""
    true = torch.eye(2).bool()
    s = torch.tensor([[1.0, 0.0], [8.0, 9.0]], dtype=torch.float64)
    rows = math.log(1 + math.exp(-1))
    columns = (math.log(1 + math.exp(7)) + math.log(1 + math.exp(-9))) / 2
    assert nce(loss, s, true).item() == pytest.approx((rows + columns) / 2)


@BOTH
def test_edited_captions_serve_the_rows_only(loss):
    cosine, true = random_case(7, 4, 4, 0.0)
    edits = torch.rand(4, 3, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    s, none = torch.cat([cosine, edits], 1), torch.zeros(4, 3).bool()
    both = nce(loss, s, torch.cat([true, none], 1)).item()
    rows = -s.log_softmax(1).diagonal().mean()
    columns = -cosine.log_softmax(0).diagonal().mean()
    assert both == pytest.approx(((rows + columns) / 2).item(), rel=1e-12)


@BOTH
def test_a_duplicate_caption_is_no_negative(loss):
    """Pictures 0 and 1 share a caption: raising their cross similarity must not be punished."""
    s = torch.eye(4, dtype=torch.float64) * 3
    ids = torch.tensor([0, 0, 1, 2])
    true = ids[:, None] == ids
    closer = s.clone()
    closer[0, 1] = closer[1, 0] = 3
    assert nce(loss, closer, true) < nce(loss, s, true)
    by_position = torch.eye(4).bool()  # the mistake: targets by position
    assert nce(loss, closer, by_position) > nce(loss, s, by_position)


# ---- gradients --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", every_loss())
def test_gradients(name):
    cosine, true = random_case(8, 3, 5, 0.3)
    assert gradcheck(lambda s: every_loss()[name](s, true), (cosine.requires_grad_(),))


def test_gradient_is_softmax_minus_target():
    cosine, true = random_case(9, 4, 7, 0.3)
    s = (3 * cosine).requires_grad_()
    info_nce(s, true).backward()
    used = true.any(0)
    rows = (s.softmax(1) - true / true.sum(1, keepdim=True)) / 4
    columns = (s.softmax(0) - true / true.sum(0).clamp(min=1)) * used / used.sum()
    torch.testing.assert_close(s.grad, (rows + columns).detach() / 2, rtol=1e-6, atol=1e-9)


# ---- the chunked form -------------------------------------------------------------------------


def embeddings(seed, rows, columns, width, dtype=torch.float64):
    g = torch.Generator().manual_seed(seed)
    made = [torch.randn(n, width, generator=g, dtype=torch.float64) for n in (rows, columns)]
    unit = [torch.nn.functional.normalize(x, dim=1).to(dtype) for x in made]
    return [x.requires_grad_() for x in unit]


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 8, 100])
def test_chunked_equals_whole_in_value_and_gradient(chunk):
    image, text = embeddings(0, 8, 11, 4)
    _, true = random_case(10, 8, 11, 0.3)
    scale = torch.tensor(7.0, dtype=torch.float64, requires_grad=True)
    whole = info_nce(scale * image @ text.T, true)
    chunked = info_nce_chunked(image, text, lambda r, c: true[r, c], scale, chunk)
    assert abs(whole - chunked).item() < 1e-10
    # 3 x the loss: the gradient that arrives from above counts.
    wanted = torch.autograd.grad(3 * whole, (image, text, scale))
    got = torch.autograd.grad(3 * chunked, (image, text, scale))
    for a, b in zip(wanted, got, strict=True):
        assert (a - b).abs().max() < 1e-10


def test_chunked_gradcheck_and_kinds_of_scale():
    image, text = embeddings(1, 3, 4, 2)
    true = torch.eye(3, 4).bool()
    scale = torch.tensor([2.0], dtype=torch.float64, requires_grad=True)

    def loss(i, t, s):
        return info_nce_chunked(i, t, lambda r, c: true[r, c], s, 2)

    assert gradcheck(loss, (image, text, scale))
    assert loss(image, text, 2.0).item() == pytest.approx(loss(image, text, scale).item())


class Largest(TorchDispatchMode):
    """The number of elements of the largest tensor that any operation makes."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for x in out if isinstance(out, tuple | list) else (out,):
            if isinstance(x, torch.Tensor):
                self.elements = max(self.elements, x.numel())
        return out


def test_chunked_never_holds_the_matrix():
    n, width, chunk = 64, 4, 8
    image, text = embeddings(2, n, n, width)
    asked = []

    def positive(rows, columns):
        asked.append((rows.stop - rows.start) * (columns.stop - columns.start))
        i, j = (torch.arange(s.start, s.stop) for s in (rows, columns))
        return i[:, None] == j

    with Largest() as seen:
        info_nce_chunked(image, text, positive, 5.0, chunk).backward()
    assert seen.elements <= max(n * width, chunk * chunk)
    assert max(asked) == chunk * chunk
    with Largest() as seen:  # the measure itself sees the matrix where it is held
        info_nce(5 * image @ text.T, torch.eye(n).bool()).backward()
    assert seen.elements >= n * n


def test_chunked_leaves_its_inputs_alone():
    image, text = embeddings(3, 5, 5, 3)
    before = image.clone(), text.clone()
    info_nce_chunked(image, text, lambda r, c: torch.eye(5).bool()[r, c], 100.0, 2).backward()
    assert torch.equal(image, before[0]) and torch.equal(text, before[1])


# ---- precision --------------------------------------------------------------------------------


def exact_loss(image, text, true):
    return info_nce(100 * image.double() @ text.double().T, true).item()


def test_bfloat16_at_scale_100_against_float64():
    image, _ = embeddings(4, 64, 64, 32, torch.bfloat16)
    image = image.detach()
    noise = torch.randn(64, 32, generator=torch.Generator().manual_seed(5)) * 0.3
    text = (image + noise).bfloat16()
    true = torch.eye(64).bool()
    assert exact_loss(image, text, true) > 0.5  # some rows are lost, or nothing is tested
    # On bfloat16 logits the arithmetic is float32.
    logits = (100 * image.double() @ text.double().T).bfloat16()
    assert info_nce(logits, true).dtype == torch.float32
    assert abs(info_nce(logits, true).item() - info_nce(logits.double(), true).item()) < 1e-3
    # From bfloat16 embeddings, inside autocast: `cosines` and the chunked form leave it.
    with torch.autocast("cpu", torch.bfloat16):
        wrong = info_nce(100 * (image @ text.T), true).item()
        chunked = info_nce_chunked(image, text, lambda r, c: true[r, c], 100.0, 16).item()
        whole = info_nce(100 * cosines(image, text), true).item()
    unit = torch.nn.functional.normalize
    expected = exact_loss(unit(image.double(), dim=1), unit(text.double(), dim=1), true)
    assert abs(whole - expected) < 1e-3
    assert abs(chunked - exact_loss(image, text, true)) < 1e-3
    assert abs(wrong - exact_loss(image, text, true)) > 1e-3  # else this test would show nothing


def test_chunked_backward_leaves_autocast_too():
    image, text = embeddings(6, 16, 16, 8, torch.float32)
    true = torch.eye(16).bool()
    wanted = torch.autograd.grad(info_nce(100 * image @ text.T, true), image)[0]
    with torch.autocast("cpu", torch.bfloat16):
        loss = info_nce_chunked(image, text, lambda r, c: true[r, c], 100.0, 4)
        got = torch.autograd.grad(loss, image)[0]
    torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-5)


@BOTH
def test_no_overflow(loss):
    """exp / sum without log-sum-exp is NaN long before this, in float32."""
    s = (torch.eye(6) * 2 - 1).mul(1000).requires_grad_()
    value = nce(loss, s, torch.eye(6).bool())
    value.backward()
    assert value.isfinite() and s.grad.isfinite().all()
    backwards = nce(loss, -s, torch.eye(6).bool()).item()
    assert backwards == pytest.approx(2000 + math.log(5), rel=1e-6)
    assert sigmoid_loss(s, torch.eye(6) < 1, 10.0, 0.0).isfinite()


@pytest.mark.parametrize("name", every_loss())
def test_float64_stays(name):
    cosine, true = random_case(11, 4, 5, 0.2)
    assert every_loss()[name](cosine, true).dtype == torch.float64
    assert every_loss()[name](cosine.half(), true).dtype == torch.float32


def test_cosines():
    image, text = embeddings(7, 4, 6, 3)
    got = cosines(5 * image, 0.1 * text)
    for i in range(4):
        for j in range(6):
            dot = sum(a * b for a, b in zip(image[i].tolist(), text[j].tolist(), strict=True))
            assert got[i, j].item() == pytest.approx(dot)
    assert cosines(torch.zeros(1, 3), text.float()).isfinite().all()


# ---- errors -----------------------------------------------------------------------------------


@BOTH
def test_a_row_without_a_positive_is_an_error(loss):
    true = torch.eye(3).bool()
    true[1] = False
    with pytest.raises(ValueError, match="picture 1 has no true caption"):
        nce(loss, torch.zeros(3, 3), true)


@pytest.mark.parametrize("name", every_loss())
def test_wrong_truth_matrices(name):
    loss = every_loss()[name]
    with pytest.raises(ValueError, match="bool"):
        loss(torch.zeros(3, 3), torch.eye(3))
    if name != "chunked":
        with pytest.raises(ValueError, match="shapes"):
            loss(torch.zeros(3, 3), torch.arange(3) > 0)


def test_nothing_to_compare_and_no_chunk():
    with pytest.raises(ValueError, match="nothing to compare"):
        article_loss(torch.zeros(2, 2), torch.ones(2, 2).bool())
    with pytest.raises(ValueError, match="nothing to compare"):
        triplet_loss(torch.zeros(1, 1), torch.ones(1, 1).bool(), 0.1)
    with pytest.raises(ValueError, match="chunk is 0"):
        info_nce_chunked(torch.eye(2), torch.eye(2), lambda r, c: torch.eye(2).bool(), 1.0, 0)
    with pytest.raises(ValueError, match="shapes"):
        info_nce_chunked(torch.eye(4), torch.eye(4), lambda r, c: torch.eye(4).bool(), 1.0, 2)
