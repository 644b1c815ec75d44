"""The mutations that tests must catch: mistakes people really make, each with the tests beside it
and with the chapter that must notice too.

`old` is the exact text of the library, which must occur once in its file. The first three are tried
on every change (`make gates`), all of them by `make mutations`. Every formula of the library has
one at least, and nine in ten of those whose chapter is there turn it red. `EQUIVALENT` names
changes that change nothing, so that nobody waits for them to be caught.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One mistake: `new` in place of `old` in `file`; `tests` (pytest arguments) turn red.

    So does the notebook of `chapter`, such as "02" or "A"; one that is not there yet is waited for.
    Where `chapter` is empty, no chapter notices, and `why` says so.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    chapter: str = ""
    why: str = ""


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
INTERVALS = "dalle_edu/evaluation/compositional.py"
INTERVALS_TESTS = ("tests/evaluation/test_compositional.py",)
ZERO_SHOT = "dalle_edu/contrastive/zero_shot.py"
ZERO_SHOT_TESTS = ("tests/contrastive/test_zero_shot.py",)
DISTANCES = "dalle_edu/evaluation/distances.py"
DISTANCES_TESTS = ("tests/evaluation/test_distances.py",)
ENCODERS = "dalle_edu/contrastive/encoders.py"
ENCODERS_TESTS = ("tests/contrastive/test_encoders.py",)
CLIP = "dalle_edu/contrastive/clip.py"
CLIP_TESTS = ("tests/contrastive/test_clip.py",)
TRUTH = "dalle_edu/world/truth.py"
TRUTH_TESTS = ("tests/world/test_truth.py",)
SCENE = "dalle_edu/world/scene.py"
SCENE_TESTS = ("tests/world/test_scene.py",)
EDITS = "dalle_edu/world/edits.py"
EDITS_TESTS = ("tests/world/test_edits.py",)
TOKENIZER = "dalle_edu/data/tokenizer.py"
TOKENIZER_TESTS = ("tests/data/test_tokenizer.py",)
PICTURES = "dalle_edu/data/pictures.py"
PICTURES_TESTS = ("tests/data/test_pictures.py",)
PAIRS = "dalle_edu/data/pairs.py"
PAIRS_TESTS = ("tests/data/test_pairs.py",)
RENDER = "dalle_edu/world/render.py"
RENDER_TESTS = ("tests/world/test_render.py",)
JUDGE = "dalle_edu/evaluation/judge.py"
JUDGE_TESTS = ("tests/evaluation/test_judge.py",)
AVERAGE = "dalle_edu/training/gan.py"
AVERAGE_TESTS = ("-k", "average", "tests/training/test_gan.py")
CAPTION = "dalle_edu/world/caption.py"
CAPTION_TESTS = ("tests/world/test_caption.py",)
DAMAGE = "dalle_edu/evaluation/damage.py"
DAMAGE_TESTS = ("tests/evaluation/test_damage.py",)
CHAIN = "dalle_edu/chain.py"
CHAIN_TESTS = ("tests/test_chain.py",)
COMPOSITIONAL = "dalle_edu/evaluation/compositional.py"
COMPOSITIONAL_TESTS = ("tests/evaluation/test_compositional.py",)
PIXELS = "dalle_edu/course/pixels.py"
PIXELS_TESTS = ("tests/course/test_pixels.py",)
GENERATOR = "dalle_edu/gan/generator.py"
GENERATOR_TESTS = ("tests/gan/test_generator.py",)

MUTATIONS = (
    Mutation(
        "info-nce-sign-flipped",
        CONTRASTIVE,
        "lines = -s.log_softmax(dim)",
        "lines = s.log_softmax(dim)",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "info-nce-rows-only",
        CONTRASTIVE,
        "(_cross_entropy(s, positive, 1) + _cross_entropy(s, positive, 0)) / 2",
        "_cross_entropy(s, positive, 1)",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "relativistic-g-same-sign-as-d",
        GAN,
        "return relativistic_d(fake, real)",
        "return relativistic_d(real, fake)",
        GAN_TESTS,
        "05",
    ),
    Mutation(
        "r1-gradient-of-the-batch-mean",
        PENALTIES,
        "scores.sum(), list(inputs.values())",
        "scores.mean(), list(inputs.values())",
        PENALTIES_TESTS,
        "05",
    ),
    Mutation(
        "info-nce-sum-over-positives",
        CONTRASTIVE,
        ".sum(dim) / count.clamp(min=1)",
        ".sum(dim)",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "info-nce-columns-without-a-positive-counted",
        CONTRASTIVE,
        "return lines.sum() / (count > 0).sum()",
        "return lines.mean()",
        CONTRASTIVE_TESTS,
        "03",
    ),
    Mutation(
        "cosines-not-normalised",
        CONTRASTIVE,
        "(F.normalize(at_least_float32(x), dim=1) for x in (image, text))",
        "(at_least_float32(x) for x in (image, text))",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "sigmoid-divided-by-all-pairs",
        CONTRASTIVE,
        "F.softplus(torch.where(positive, -logits, logits)).sum() / len(cosine)",
        "F.softplus(torch.where(positive, -logits, logits)).mean()",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "sigmoid-bias-forgotten",
        CONTRASTIVE,
        "logits = scale * at_least_float32(cosine) + bias",
        "logits = scale * at_least_float32(cosine)",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "triplet-lead-turned-round",
        CONTRASTIVE,
        "F.relu(margin - _leads(",
        "F.relu(margin + _leads(",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "article-square-of-the-mean",
        CONTRASTIVE,
        "_leads((at_least_float32(cosine), positive)).square().mean()",
        "_leads((at_least_float32(cosine), positive)).mean().square()",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "relativistic-shapes-broadcast",
        GAN,
        "    _check(real, fake)\n    return F.softplus(",
        "    return F.softplus(",
        GAN_TESTS,
        "05",
    ),
    Mutation(
        "matching-true-candidates-punished",
        GAN,
        "at_least_float32(scores).masked_fill(others, -torch.inf)",
        "at_least_float32(scores)",
        GAN_TESTS,
        "07",
    ),
    Mutation(
        "hinge-without-margin",
        GAN,
        "F.relu(1 - at_least_float32(real))",
        "F.relu(-at_least_float32(real))",
        GAN_TESTS,
        "07",
    ),
    Mutation(
        "saturating-for-non-saturating",
        GAN,
        "return F.softplus(-at_least_float32(fake)).mean()",
        "return -F.softplus(at_least_float32(fake)).mean()",
        GAN_TESTS,
        "05",
    ),
    Mutation(
        "r1-not-squared",
        PENALTIES,
        "(gradient,) = _gradients(scores, real=real)\n    return gradient.square().sum(1).mean()",
        "(gradient,) = _gradients(scores, real=real)\n    return gradient.norm(dim=1).mean()",
        PENALTIES_TESTS,
        "05",
    ),
    Mutation(
        "penalty-teaches-nothing",
        PENALTIES,
        "create_graph=True",
        "retain_graph=True",
        PENALTIES_TESTS,
        "05",
    ),
    Mutation(
        "ridge-penalty-on-every-entry",
        MAPS,
        "penalty * torch.eye(t.shape[1], dtype=t.dtype)",
        "penalty",
        MAPS_TESTS,
        "04",
    ),
    Mutation("ridge-not-centred", MAPS, "centred = t - t.mean(0)", "centred = t", MAPS_TESTS, "04"),
    Mutation(
        "uniformity-log-inside-the-mean",
        GEOMETRY,
        "return torch.logsumexp(-t * squared, 0) - math.log(len(squared))",
        "return (-t * squared).mean()",
        GEOMETRY_TESTS,
        "04",
    ),
    Mutation(
        "recall-ties-are-hits",
        RETRIEVAL,
        "(~t & (s >= best))",
        "(~t & (s > best))",
        RETRIEVAL_TESTS,
        "04",
    ),
    Mutation("recall-off-by-one", RETRIEVAL, "before < k", "before <= k", RETRIEVAL_TESTS, "04"),
    Mutation(
        "triplet-rows-only",
        CONTRASTIVE,
        "_leads((s, positive), (s.T, positive.T))",
        "_leads((s, positive))",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "article-minus-lost",
        CONTRASTIVE,
        "return -_leads((at_least_float32",
        "return _leads((at_least_float32",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "chunked-columns-forgotten",
        CONTRASTIVE,
        "(_mean_of_lines(*rows) + _mean_of_lines(*columns)) / 2",
        "_mean_of_lines(*rows)",
        CONTRASTIVE_TESTS,
        "14",
    ),
    Mutation(
        "losses-in-bfloat16",
        CONTRASTIVE,
        "return x.to(torch.promote_types(x.dtype, torch.float32))",
        "return x",
        CONTRASTIVE_TESTS,
        "14",
    ),
    Mutation(
        "map-forgets-the-sentence",
        MAPS,
        "F.normalize(text + self.outer(F.gelu(h)), dim=1)",
        "F.normalize(self.outer(F.gelu(h)), dim=1)",
        MAPS_TESTS,
        "04",
    ),
    Mutation(
        "relativistic-d-turned-round",
        GAN,
        "F.softplus(at_least_float32(fake) - at_least_float32(real))",
        "F.softplus(at_least_float32(real) - at_least_float32(fake))",
        GAN_TESTS,
        "05",
    ),
    Mutation(
        "discriminator-forgets-the-real",
        GAN,
        "F.softplus(-at_least_float32(real)).mean() + F.softplus(at_least_float32(fake)).mean()",
        "F.softplus(at_least_float32(fake)).mean()",
        GAN_TESTS,
        "05",
    ),
    Mutation(
        "saturating-sign-turned",
        GAN,
        "return -F.softplus(at_least_float32(fake)).mean()",
        "return F.softplus(at_least_float32(fake)).mean()",
        GAN_TESTS,
        "05",
    ),
    Mutation(
        "hinge-g-sign-turned",
        GAN,
        "return -at_least_float32(fake).mean()",
        "return at_least_float32(fake).mean()",
        GAN_TESTS,
        "07",
    ),
    Mutation(
        "r2-not-squared",
        PENALTIES,
        "(gradient,) = _gradients(scores, fake=fake)\n    return gradient.square().sum(1).mean()",
        "(gradient,) = _gradients(scores, fake=fake)\n    return gradient.norm(dim=1).mean()",
        PENALTIES_TESTS,
        "05",
    ),
    Mutation(
        "ma-gp-power-forgotten",
        PENALTIES,
        "at_sentence.norm(dim=1)).pow(p).mean()",
        "at_sentence.norm(dim=1)).mean()",
        PENALTIES_TESTS,
        "07",
    ),
    Mutation(
        "ridge-the-wrong-way-round",
        MAPS,
        "(v.mean(0) - t.mean(0) @ weight)",
        "(t.mean(0) - v.mean(0) @ weight)",
        MAPS_TESTS,
        "04",
    ),
    Mutation(
        "mean-shift-wrong-way",
        MAPS,
        "(image.cpu().double().mean(0) - text.cpu().double().mean(0))",
        "(text.cpu().double().mean(0) - image.cpu().double().mean(0))",
        MAPS_TESTS,
        "04",
    ),
    Mutation(
        "mean-shift-not-normalised",
        MAPS,
        "return F.normalize(text + self.shift, dim=1)",
        "return text + self.shift",
        MAPS_TESTS,
        "04",
    ),
    Mutation(
        "energy-score-half-forgotten",
        MAPS,
        "clamp(min=1e-12).sqrt().mean() / 2",
        "clamp(min=1e-12).sqrt().mean()",
        MAPS_TESTS,
        "04",
    ),
    Mutation(
        "energy-score-with-itself",
        MAPS,
        "apart[:, different].clamp",
        "apart.clamp",
        MAPS_TESTS,
        "04",
    ),
    Mutation(
        "gap-of-the-lengths",
        GEOMETRY,
        "(image.mean(0) - text.mean(0)).norm()",
        "(image.mean(0).norm() - text.mean(0).norm()).abs()",
        GEOMETRY_TESTS,
        "04",
    ),
    Mutation(
        "alignment-not-squared",
        GEOMETRY,
        ".norm(dim=1).pow(alpha).mean()",
        ".norm(dim=1).mean()",
        GEOMETRY_TESTS,
        "04",
    ),
    Mutation(
        "effective-rank-without-exp",
        GEOMETRY,
        "torch.special.entr(values / values.sum()).sum().exp()",
        "torch.special.entr(values / values.sum()).sum()",
        GEOMETRY_TESTS,
        "02",
    ),
    Mutation(
        "recall-one-way-twice",
        RETRIEVAL,
        "one_way(similarity.T, true.T)",
        "one_way(similarity, true)",
        RETRIEVAL_TESTS,
        "04",
    ),
    Mutation(
        "edits-ties-are-wins",
        RETRIEVAL,
        "score(pictures, true) > score(pictures, false)",
        "score(pictures, true) >= score(pictures, false)",
        RETRIEVAL_TESTS,
        "03",
    ),
    Mutation(
        "wilson-is-a-normal-interval", INTERVALS, "z * z / (4 * n * n)", "0", INTERVALS_TESTS, "03"
    ),
    Mutation(
        "classes-not-normalised-again",
        ZERO_SHOT,
        "F.normalize(F.normalize(text, dim=2).mean(1), dim=1)",
        "F.normalize(text, dim=2).mean(1)",
        ZERO_SHOT_TESTS,
        "03",
    ),
    Mutation(
        "classes-search-pictures",
        ZERO_SHOT,
        "cosines(image, classes).argmax(1)",
        "cosines(image, classes).argmax(0)",
        ZERO_SHOT_TESTS,
        "03",
    ),
    Mutation(
        "frechet-without-the-means",
        DISTANCES,
        "((a.mean(0) - b.mean(0)).square().sum() + spread",
        "(spread",
        DISTANCES_TESTS,
        "09",
    ),
    Mutation(
        "kid-diagonal-kept",
        DISTANCES,
        "(k.sum() - k.trace()) / (len(x) * (len(x) - 1))",
        "k.mean()",
        DISTANCES_TESTS,
        "09",
    ),
    Mutation(
        "kid-kernel-without-one",
        DISTANCES,
        "(x @ y.T / x.shape[1] + 1).pow(3)",
        "(x @ y.T / x.shape[1]).pow(3)",
        DISTANCES_TESTS,
        "09",
    ),
    Mutation(
        "halved-foils-are-whole", DAMAGE, "if placed is not gone)", "if True)", DAMAGE_TESTS, "09"
    ),
    Mutation(
        "foils-blended-with-nothing",
        DAMAGE,
        "((render(scene, 64, seed).int() + render(other, 64, rng)) // 2).byte()",
        "render(scene, 64, seed)",
        DAMAGE_TESTS,
        "09",
    ),
    Mutation(
        "pixels-from-right-to-left",
        PIXELS,
        "COLUMNS[(self.x > 0.36) + (self.x > 0.64)]",
        "COLUMNS[2 - (self.x > 0.36) - (self.x > 0.64)]",
        PIXELS_TESTS,
        "09",
    ),
    Mutation(
        "held-out-prompts-of-any-kind",
        COMPOSITIONAL,
        'held_out(scene) == {split} - {"seen"} and bool',
        "bool",
        COMPOSITIONAL_TESTS,
        "09",
    ),
    Mutation(
        "attention-not-divided",
        ENCODERS,
        ".float() / math.sqrt(query.shape[-1])",
        ".float()",
        ENCODERS_TESTS,
        "A",
    ),
    Mutation(
        "attention-padding-heard",
        ENCODERS,
        "if mask is not None:",
        "if mask is not None and mask.ndim > 2:",
        ENCODERS_TESTS,
        "A",
    ),
    Mutation(
        "attention-softmax-over-queries",
        ENCODERS,
        "return logits.softmax(-1)",
        "return logits.softmax(-2)",
        ENCODERS_TESTS,
        "A",
    ),
    Mutation(
        "rotary-turned-back",
        ENCODERS,
        "u * sin + v * cos",
        "u * sin - v * cos",
        ENCODERS_TESTS,
        "04",
    ),
    Mutation(
        "words-to-regions-padding-counted",
        ENCODERS,
        "return (found * mask).sum(-1)",
        "return found.sum(-1)",
        ENCODERS_TESTS,
        "03",
    ),
    Mutation(
        "log-scale-not-clamped",
        CLIP,
        "self.log_scale.clamp(max=math.log(100)).exp()",
        "self.log_scale.exp()",
        CLIP_TESTS,
        "03",
    ),
    Mutation(
        "numbers-are-at-least",
        TRUTH,
        "mask.bit_count() == mention.count",
        "mask.bit_count() >= mention.count",
        TRUTH_TESTS,
        "01",
    ),
    Mutation(
        "left-and-right-exchanged",
        TRUTH,
        "return columns[a] < columns[b]",
        "return columns[a] > columns[b]",
        TRUTH_TESTS,
        "01",
    ),
    Mutation(
        "one-thing-for-two-mentions",
        TRUTH,
        "reduce(or_, chosen) == sum(chosen)\n        and all",
        "all",
        TRUTH_TESTS,
        "01",
    ),
    Mutation("clouds-some-is-one", TRUTH, "clouds > 1", "clouds > 0", TRUTH_TESTS, "01"),
    Mutation(
        "complete-allows-more",
        TRUTH,
        "number = sum(m.count or 1 for m in claims.mentions)",
        "number = None",
        TRUTH_TESTS,
        "01",
    ),
    Mutation("held-out-pairs-seen", SCENE, 'found.add("pair")', "pass", SCENE_TESTS, "01"),
    Mutation(
        "held-out-orders-turned-round",
        SCENE,
        "a.slot // 2 < b.slot // 2",
        "a.slot // 2 > b.slot // 2",
        SCENE_TESTS,
        "01",
    ),
    Mutation(
        "edits-leak-held-out", EDITS, "and (allowed or not held_out(edited))", "", EDITS_TESTS, "01"
    ),
    Mutation(
        "false-captions-unchecked",
        EDITS,
        "if not caption.true_of(scene):",
        "if True:",
        EDITS_TESTS,
        "01",
    ),
    Mutation(
        "padding-is-the-start-token",
        TOKENIZER,
        "[PAD] * (longest - len(row))",
        "[START] * (longest - len(row))",
        TOKENIZER_TESTS,
        "01",
    ),
    Mutation(
        "tokenizer-without-start",
        TOKENIZER,
        "[START, *self.encode(fold(text))]",
        "self.encode(fold(text))",
        TOKENIZER_TESTS,
        "01",
    ),
    Mutation(
        "cut-without-a-warning",
        TOKENIZER,
        "if len(row) > length:",
        "if False:",
        TOKENIZER_TESTS,
        "01",
    ),
    Mutation(
        "pictures-from-0-to-1",
        PICTURES,
        "pictures.float() / 127.5 - 1",
        "pictures.float() / 255",
        PICTURES_TESTS,
        "00",
    ),
    Mutation(
        "every-picture-of-one-noise", CHAIN, "^ np.uint64(k))", "^ np.uint64(0))", CHAIN_TESTS, "00"
    ),
    Mutation(
        "noise-is-not-normal",
        CHAIN,
        "np.sqrt(-2 * np.log(uniform[0]))",
        "np.sqrt(-np.log(uniform[0]))",
        CHAIN_TESTS,
        "00",
    ),
    Mutation(
        "unaligned-sentence-drawn",
        CHAIN,
        "drawn.append(self.generator(words, mask, aligned, for_generator))",
        "drawn.append(self.generator(words, mask, sentence, for_generator))",
        CHAIN_TESTS,
        "00",
    ),
    Mutation(
        "modulation-without-one",
        GENERATOR,
        "F.group_norm(x, 8) * (1 + gain1)",
        "F.group_norm(x, 8) * gain1",
        GENERATOR_TESTS,
        "00",
    ),
    Mutation(
        "words-averaged-with-padding",
        GENERATOR,
        "(heard * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)",
        "heard.mean(1)",
        GENERATOR_TESTS,
        "07",
    ),
    Mutation(
        "words-deaf-to-the-condition",
        GENERATOR,
        "self.enter(words) + self.whole(to_noise_scale(sentence))[:, None]",
        "self.enter(words)",
        GENERATOR_TESTS,
        "07",
    ),
    Mutation(
        "places-that-ask-alike",
        GENERATOR,
        "self.query(F.layer_norm(z, z.shape[-1:])) + self.place(self.places)",
        "self.query(F.layer_norm(z, z.shape[-1:]))",
        GENERATOR_TESTS,
        "07",
    ),
    Mutation(
        "info-nce-log-of-a-softmax",
        CONTRASTIVE,
        "-s.log_softmax(dim)",
        "-s.softmax(dim).log()",
        CONTRASTIVE_TESTS,
        "02",
    ),
    Mutation(
        "pictures-not-of-length-one",
        CLIP,
        "return F.normalize(self.picture_out(top).float(), dim=1)",
        "return self.picture_out(top).float()",
        CLIP_TESTS,
        "04",
    ),
    Mutation(
        "words-not-normalised",
        CHAIN,
        "words = F.layer_norm(words, words.shape[-1:])",
        "words = words + 0",
        CHAIN_TESTS,
        "08",
    ),
    Mutation(
        "interpolation-backwards",
        CHAIN,
        "way = torch.linspace(0, 1, steps)",
        "way = torch.linspace(1, 0, steps)",
        CHAIN_TESTS,
        "00",
    ),
    Mutation(
        "pictures-twice-as-bright",
        PICTURES,
        "((drawn.float() + 1) * 127.5)",
        "((drawn.float() + 1) * 255)",
        PICTURES_TESTS,
        "00",
    ),
    Mutation(
        "rows-dropped-silently",
        PAIRS,
        "report.skipped.append((name, str(error)))",
        "pass",
        PAIRS_TESTS,
        "01",
    ),
    Mutation(
        "no-word-is-unknown",
        TOKENIZER,
        "if run not in self._known:",
        "if False:",
        TOKENIZER_TESTS,
        "01",
    ),
    Mutation(
        "judge-takes-anything-legible",
        JUDGE,
        "reading.scene is not None and caption.true_of(reading.scene)",
        "reading.scene is not None",
        JUDGE_TESTS,
        "01",
    ),
    Mutation(
        "every-picture-of-one-seed",
        RENDER,
        'random.Random(f"picture {seed}")',
        'random.Random("picture")',
        RENDER_TESTS,
        "01",
    ),
    Mutation(
        "padding-read-as-words",
        ENCODERS,
        "mask = tokens > 0",
        "mask = tokens >= 0",
        ENCODERS_TESTS,
        "04",
    ),
    Mutation(
        "residual-not-scaled",
        ENCODERS,
        "(h + self.skip(F.avg_pool2d(x, 2))) * math.sqrt(0.5)",
        "h + self.skip(F.avg_pool2d(x, 2))",
        ENCODERS_TESTS,
        "04",
    ),
    Mutation(
        "average-forgets-the-old",
        AVERAGE,
        "mean.lerp_(value, 1 - decay)",
        "mean.lerp_(value, decay)",
        AVERAGE_TESTS,
        "06",
    ),
    Mutation(
        "average-forgets-the-buffers",
        AVERAGE,
        "        mean.copy_(value)\n",
        "        pass\n",
        AVERAGE_TESTS,
        "06",
    ),
    Mutation(
        "foils-are-the-pictures",
        DAMAGE,
        "return render(edit(scene, rng, None, grammar), 64, seed)",
        "return render(scene, 64, seed)",
        DAMAGE_TESTS,
        "01",
    ),
    Mutation(
        "terse-captions-are-complete",
        CAPTION,
        '_account(scene, style, kind == "terse", grammar)',
        "_account(scene, style, False, grammar)",
        CAPTION_TESTS,
        "01",
    ),
    Mutation("flow-deaf-to-noise", MAPS, "x = noise\n", "x = 0 * noise\n", MAPS_TESTS, "04"),
    Mutation(
        "flow-time-reversed",
        MAPS,
        "(1 - time) * noise + time * y",
        "time * noise + (1 - time) * y",
        MAPS_TESTS,
        "04",
    ),
    Mutation("flow-runs-backwards", MAPS, "(y - noise)", "(noise - y)", MAPS_TESTS, "04"),
    Mutation(
        "flow-of-one-large-step",
        MAPS,
        "time.expand(x.shape[0], 1)) / self.steps",
        "time.expand(x.shape[0], 1))",
        MAPS_TESTS,
        "04",
    ),
    Mutation(
        "answers-not-at-the-noise's-scale",
        MAPS,
        "y = target * math.sqrt(target.shape[1])",
        "y = target",
        MAPS_TESTS,
        "04",
    ),
    Mutation(
        "sentence-not-at-the-noise's-scale",
        MAPS,
        "scaled = text * math.sqrt(text.shape[1])",
        "scaled = text",
        MAPS_TESTS,
        "04",
    ),
    Mutation(
        "chinese-characters-glued",
        TOKENIZER,
        "pre_tokenizers.Sequence([characters, as_bytes])",
        "pre_tokenizers.Sequence([as_bytes])",
        TOKENIZER_TESTS,
        "01",
    ),
    Mutation(
        "capitals-are-other-words",
        TOKENIZER,
        'return " " + " ".join(text.casefold().split())',
        'return " " + " ".join(text.split())',
        TOKENIZER_TESTS,
        "01",
    ),
)

# Other words for the same numbers, up to rounding: no test can tell, and none should.
EQUIVALENT = (
    Mutation(
        "info-nce-columns-first",
        CONTRASTIVE,
        "_cross_entropy(s, positive, 1) + _cross_entropy(s, positive, 0)",
        "_cross_entropy(s.T, positive.T, 1) + _cross_entropy(s.T, positive.T, 0)",
        CONTRASTIVE_TESTS,
        why="a symmetric loss: similarities and truth are transposed together",
    ),
    Mutation(
        "relativistic-by-log-sigmoid",
        GAN,
        "F.softplus(at_least_float32(fake) - at_least_float32(real)).mean()",
        "-F.logsigmoid(at_least_float32(real) - at_least_float32(fake)).mean()",
        GAN_TESTS,
        why="softplus(x) is -log sigmoid(-x)",
    ),
    Mutation(
        "ridge-pictures-not-centred",
        MAPS,
        "centred.T @ (v - v.mean(0))",
        "centred.T @ v",
        MAPS_TESTS,
        why="the centred captions sum to zero, so a constant beside v falls out",
    ),
    Mutation(
        "energy-score-other-way-round",
        MAPS,
        "samples[:, :, None] - samples[:, None]",
        "samples[:, None] - samples[:, :, None]",
        MAPS_TESTS,
        why="the difference is squared",
    ),
    Mutation(
        "gap-from-text-to-image",
        GEOMETRY,
        "(image.mean(0) - text.mean(0)).norm()",
        "(text.mean(0) - image.mean(0)).norm()",
        GEOMETRY_TESTS,
        why="a distance has no direction",
    ),
)
