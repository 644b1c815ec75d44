import torch

from dalle_edu.contrastive.clip import Clip, ClipSettings
from dalle_edu.contrastive.encoders import TextSettings
from dalle_edu.gan.discriminator import Discriminator, DiscriminatorSettings

TINY = DiscriminatorSettings(32, (8, 8, 16), 16, 32, 24)


def test_scores_and_shapes():
    d = Discriminator(TINY)
    realness, embedding, regions = d.look(torch.randn(2, 3, 32, 32))
    words = d.read(torch.randn(3, 5, 32), torch.ones(3, 5).bool())
    assert realness.shape == (2,) and d.match(regions, words).shape == (2, 3)
    assert torch.allclose(embedding.norm(dim=1), torch.ones(2)) and embedding.shape == (2, 24)


def test_each_score_depends_on_its_own_picture_only():
    d = Discriminator(TINY)
    pictures = torch.randn(3, 3, 32, 32, requires_grad=True)
    realness, _, regions = d.look(pictures)
    words = d.read(torch.randn(1, 5, 32), torch.ones(1, 5).bool())
    (realness + d.match(regions, words)[:, 0])[1].backward()
    assert pictures.grad[1].abs().max() > 0
    assert pictures.grad[[0, 2]].abs().max() == 0


def test_it_starts_where_stage_1_stands():
    clip = Clip(ClipSettings(TextSettings(40, 32, 1), 32, (8, 8, 16), 16, 24)).eval()
    d = Discriminator(TINY)
    d.start_from(clip)
    pictures, tokens = torch.randn(2, 3, 32, 32), torch.randint(1, 40, (3, 6))
    _, words, states = clip.captions(tokens)
    expected = clip.matcher(clip.pictures(pictures)[1], words)
    # The discriminator's own reader starts as the identity, up to a normalisation of normal words.
    _, embedding, regions = d.look(pictures)
    assert torch.allclose(embedding, clip.pictures(pictures)[0], atol=1e-5)
    found = d.match(regions, d.read(states, tokens > 0))
    assert torch.allclose(found, expected, atol=1e-3)
    assert not any("norm" in type(m).__name__.lower() for m in d.trunk.modules())
