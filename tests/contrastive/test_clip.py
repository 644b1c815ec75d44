import math

import torch

from dalle_edu.contrastive.clip import Clip, ClipSettings
from dalle_edu.contrastive.encoders import TextSettings

TINY = ClipSettings(TextSettings(40, 32, 1), 32, (8, 8, 16), 16, 24)


def test_shapes_and_unit_length():
    clip = Clip(TINY).eval()
    picture, (keys, values) = clip.pictures(torch.randn(2, 3, 32, 32))
    sentence, (query, content, mask), states = clip.captions(torch.randint(1, 40, (3, 6)))
    assert picture.shape == (2, 24) and sentence.shape == (3, 24)
    assert keys.shape == values.shape == (2, 16, 128)
    assert query.shape == content.shape == (3, 6, 128)
    assert states.shape == (3, 6, 32) and mask.shape == (3, 6)
    for vectors in (picture, sentence):
        assert torch.allclose(vectors.norm(dim=1), torch.ones(len(vectors)), atol=1e-5)


def test_similarity_does_not_depend_on_company():
    clip = Clip(TINY).eval()
    pictures, tokens = torch.randn(3, 3, 32, 32), torch.randint(1, 40, (4, 6))
    cosine, words = clip.similarity(pictures, tokens)
    alone_cosine, alone_words = clip.similarity(pictures[1:2], tokens[2:3])
    assert torch.allclose(cosine[1:2, 2:3], alone_cosine, atol=1e-5)
    assert torch.allclose(words[1:2, 2:3], alone_words, atol=1e-4)


def test_scale_is_clamped_at_100():
    clip = Clip(TINY)
    clip.log_scale.data.fill_(math.log(100) + 3)
    assert math.isclose(clip.scale.item(), 100, rel_tol=1e-5)
    clip.log_scale.data.fill_(math.log(7))
    assert math.isclose(clip.scale.item(), 7, rel_tol=1e-5)


def test_own_is_the_diagonal_of_similarity():
    clip = Clip(TINY).eval()
    pictures, tokens = torch.randn(3, 3, 32, 32), torch.randint(1, 40, (3, 6))
    for mine, all_pairs in zip(
        clip.own(pictures, tokens), clip.similarity(pictures, tokens), strict=True
    ):
        assert torch.allclose(mine, all_pairs.diagonal(), atol=1e-5)
