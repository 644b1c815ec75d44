"""Several processes, each with a part, must give the loss and gradients of one that has it all."""

import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.nn.utils import parameters_to_vector

from dalle_edu.contrastive.across import gathered, info_nce_global, info_nce_local
from dalle_edu.contrastive.losses import info_nce
from tests.processes import together

EACH = 3  # pictures in a process, with as many true captions and as many edited ones


class Encoders(torch.nn.Module):
    """The least that has embeddings and a scale; the same in every process."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.image, self.text = torch.nn.Linear(5, 4), torch.nn.Linear(6, 4)
        self.log_scale = torch.nn.Parameter(torch.tensor(1.5))
        self.double()

    def forward(self, image, text):
        image, text = F.normalize(self.image(image), dim=1), F.normalize(self.text(text), dim=1)
        return image, text, self.log_scale.exp()


def whole_batch(count):
    """Pictures (W B, 5), captions (W 2B, 6) and their truth; some captions true of two pictures,
    some edited ones of none, and so that processes have different numbers of true columns."""
    chance = torch.Generator().manual_seed(7)
    size = count * EACH
    image = torch.randn(size, 5, generator=chance, dtype=torch.float64)
    text = torch.randn(2 * size, 6, generator=chance, dtype=torch.float64)
    positive = torch.zeros(size, 2 * size, dtype=torch.bool)
    for i in range(size):
        rank, k = divmod(i, EACH)
        positive[i, 2 * EACH * rank + k] = True  # its own caption, in its process' part
    if count > 1:
        positive[0, 2 * EACH] = positive[EACH, 0] = True  # twins in two processes
    positive[1, EACH] = True  # an edited caption that is true after all, in the first process only
    return image, text, positive


def one_process(count):
    image, text, positive = whole_batch(count)
    model = Encoders()
    a, b, scale = model(image, text)
    loss = info_nce(scale * a @ b.T, positive)
    loss.backward()
    return loss.item(), gradients(model)


def gradients(model):
    return parameters_to_vector([p.grad for p in model.parameters()])


def part(rank, count, form):
    """One process' loss and gradients; `form` names how it is worked out."""
    image, text, positive = whole_batch(count)
    own = slice(EACH * rank, EACH * (rank + 1))
    said = slice(2 * EACH * rank, 2 * EACH * (rank + 1))
    model = Encoders()
    a, b, scale = model(image[own], text[said])
    if form == "global":
        loss = info_nce_global(a, b, positive, scale)
    elif form == "cut":  # the mistake: gathered without gradient, own rows put back
        parts = (
            [torch.empty_like(a) for _ in range(count)],
            [torch.empty_like(b) for _ in range(count)],
        )
        for whole, mine in zip(parts, (a, b), strict=True):
            dist.all_gather(whole, mine.detach())
            whole[rank] = mine
        loss = info_nce(scale * torch.cat(parts[0]) @ torch.cat(parts[1]).T, positive)
    else:
        chunk = None if form == "local" else int(form)
        loss = info_nce_local(a, b, positive[own], positive[:, said].T, scale, chunk)
    loss.backward()
    return loss.item(), gradients(model)


def every_form(rank, count):
    return {form: part(rank, count, form) for form in ("global", "local", "2", "cut")}


@pytest.fixture(scope="module", params=[2, 4])
def together_and_alone(request):
    """By form the mean loss and gradient of the processes; and those of one process."""
    each = together(request.param, every_form, request.param)
    means = {}
    for form in each[0]:
        losses, slopes = zip(*(found[form] for found in each), strict=True)
        slope = torch.stack(slopes).mean(0)
        means[form] = sum(losses) / len(losses), slope
    return means, one_process(request.param)


@pytest.mark.distributed
@pytest.mark.parametrize("form", ["global", "local", "2"])
def test_processes_together_equal_one(together_and_alone, form):
    means, (loss, slope) = together_and_alone
    assert means[form][0] == pytest.approx(loss, abs=1e-9)
    assert torch.allclose(means[form][1], slope, atol=1e-9, rtol=0)


@pytest.mark.distributed
def test_a_gather_that_cuts_the_gradient_is_told_apart(together_and_alone):
    means, (loss, slope) = together_and_alone
    assert means["cut"][0] == pytest.approx(loss, abs=1e-9)
    assert not torch.allclose(means["cut"][1], slope, atol=1e-2, rtol=0)


@pytest.mark.parametrize("form", ["global", "local", "1", "4", "100"])
def test_alone_it_is_the_plain_loss(form):
    wanted, wanted_slope = one_process(1)
    loss, slope = part(0, 1, form)
    assert loss == pytest.approx(wanted, abs=1e-12)
    assert torch.allclose(slope, wanted_slope, atol=1e-12, rtol=0)


def test_alone_nothing_is_gathered():
    x = torch.ones(2, 3)
    assert gathered(x) is x


def test_what_is_refused():
    image, text, positive = whole_batch(1)
    a, b, scale = Encoders()(image, text)
    with pytest.raises(ValueError, match="chunk is 0: give at least 1"):
        info_nce_local(a, b, positive, positive.T, scale, 0)
    positive[1] = False
    with pytest.raises(ValueError, match="picture 1 has no true caption"):
        info_nce_local(a, b, positive, positive.T, scale)
