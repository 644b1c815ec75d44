"""The mutations that tests must catch: mistakes people really make, each with the tests beside it.

`old` is the exact text of the library, which must occur once in its file. The first three are tried
on every change (`make gates`), all of them by `make mutations`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One mistake: `new` in place of `old` in `file`; `tests` (pytest arguments) turn red."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


CONTRASTIVE = "dalle_edu/contrastive/losses.py"
CONTRASTIVE_TESTS = ("tests/contrastive/test_losses.py",)
GAN = "dalle_edu/gan/losses.py"
GAN_TESTS = ("tests/gan/test_losses.py",)
PENALTIES = "dalle_edu/gan/penalties.py"
PENALTIES_TESTS = ("tests/gan/test_penalties.py",)
MAPS = "dalle_edu/alignment/maps.py"
MAPS_TESTS = ("tests/alignment/test_maps.py",)
GEOMETRY = "dalle_edu/alignment/geometry.py"
GEOMETRY_TESTS = ("tests/alignment/test_geometry.py",)
RETRIEVAL = "dalle_edu/evaluation/retrieval.py"
RETRIEVAL_TESTS = ("tests/evaluation/test_retrieval.py",)

MUTATIONS = (
    Mutation(
        "info-nce-sign-flipped",
        CONTRASTIVE,
        "lines = -s.log_softmax(dim)",
        "lines = s.log_softmax(dim)",
        CONTRASTIVE_TESTS,
    ),
    Mutation(
        "relativistic-g-same-sign-as-d",
        GAN,
        "return relativistic_d(fake, real)",
        "return relativistic_d(real, fake)",
        GAN_TESTS,
    ),
    Mutation(
        "r1-gradient-of-the-batch-mean",
        PENALTIES,
        "scores.sum(), list(inputs.values())",
        "scores.mean(), list(inputs.values())",
        PENALTIES_TESTS,
    ),
    Mutation(
        "info-nce-rows-only",
        CONTRASTIVE,
        "(_cross_entropy(s, positive, 1) + _cross_entropy(s, positive, 0)) / 2",
        "_cross_entropy(s, positive, 1)",
        CONTRASTIVE_TESTS,
    ),
    Mutation(
        "info-nce-sum-over-positives",
        CONTRASTIVE,
        ".sum(dim) / count.clamp(min=1)",
        ".sum(dim)",
        CONTRASTIVE_TESTS,
    ),
    Mutation(
        "info-nce-columns-without-a-positive-counted",
        CONTRASTIVE,
        "return lines.sum() / (count > 0).sum()",
        "return lines.mean()",
        CONTRASTIVE_TESTS,
    ),
    Mutation(
        "cosines-not-normalised",
        CONTRASTIVE,
        "(F.normalize(at_least_float32(x), dim=1) for x in (image, text))",
        "(at_least_float32(x) for x in (image, text))",
        CONTRASTIVE_TESTS,
    ),
    Mutation(
        "sigmoid-divided-by-all-pairs",
        CONTRASTIVE,
        "F.softplus(torch.where(positive, -logits, logits)).sum() / len(cosine)",
        "F.softplus(torch.where(positive, -logits, logits)).mean()",
        CONTRASTIVE_TESTS,
    ),
    Mutation(
        "sigmoid-bias-forgotten",
        CONTRASTIVE,
        "logits = scale * at_least_float32(cosine) + bias",
        "logits = scale * at_least_float32(cosine)",
        CONTRASTIVE_TESTS,
    ),
    Mutation(
        "triplet-lead-turned-round",
        CONTRASTIVE,
        "F.relu(margin - _leads(",
        "F.relu(margin + _leads(",
        CONTRASTIVE_TESTS,
    ),
    Mutation(
        "article-square-of-the-mean",
        CONTRASTIVE,
        "_leads((at_least_float32(cosine), positive)).square().mean()",
        "_leads((at_least_float32(cosine), positive)).mean().square()",
        CONTRASTIVE_TESTS,
    ),
    Mutation(
        "relativistic-shapes-broadcast",
        GAN,
        "    _check(real, fake)\n    return F.softplus(",
        "    return F.softplus(",
        GAN_TESTS,
    ),
    Mutation(
        "matching-true-candidates-punished",
        GAN,
        "at_least_float32(scores).masked_fill(others, -torch.inf)",
        "at_least_float32(scores)",
        GAN_TESTS,
    ),
    Mutation(
        "hinge-without-margin",
        GAN,
        "F.relu(1 - at_least_float32(real))",
        "F.relu(-at_least_float32(real))",
        GAN_TESTS,
    ),
    Mutation(
        "saturating-for-non-saturating",
        GAN,
        "return F.softplus(-at_least_float32(fake)).mean()",
        "return -F.softplus(at_least_float32(fake)).mean()",
        GAN_TESTS,
    ),
    Mutation(
        "r1-not-squared",
        PENALTIES,
        "(gradient,) = _gradients(scores, real=real)\n    return gradient.square().sum(1).mean()",
        "(gradient,) = _gradients(scores, real=real)\n    return gradient.norm(dim=1).mean()",
        PENALTIES_TESTS,
    ),
    Mutation(
        "penalty-teaches-nothing",
        PENALTIES,
        "create_graph=True",
        "retain_graph=True",
        PENALTIES_TESTS,
    ),
    Mutation(
        "ridge-penalty-on-every-entry",
        MAPS,
        "penalty * torch.eye(t.shape[1], dtype=t.dtype)",
        "penalty",
        MAPS_TESTS,
    ),
    Mutation("ridge-not-centred", MAPS, "centred = t - t.mean(0)", "centred = t", MAPS_TESTS),
    Mutation(
        "uniformity-log-inside-the-mean",
        GEOMETRY,
        "return torch.logsumexp(-t * squared, 0) - math.log(len(squared))",
        "return (-t * squared).mean()",
        GEOMETRY_TESTS,
    ),
    Mutation(
        "recall-ties-are-hits",
        RETRIEVAL,
        "(~t & (s >= best))",
        "(~t & (s > best))",
        RETRIEVAL_TESTS,
    ),
    Mutation("recall-off-by-one", RETRIEVAL, "before < k", "before <= k", RETRIEVAL_TESTS),
)
