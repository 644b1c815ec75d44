"""The networks of the page that draws, as `make book` exported them, against PyTorch."""

import json

import numpy as np
import onnx
import pytest
import torch

import dalle_edu
from book.drawing.export import FOLDER, exported, in_half
from book.drawing.pieces import Piece, pieces, rounded
from dalle_edu.world import describe, sample

ort = pytest.importorskip("onnxruntime")
NAMES = ["text", "map", "reader", "painter", "scorer"]


@pytest.fixture(scope="module")
def chain():
    return rounded(dalle_edu.load("little-world"))


@pytest.fixture(scope="module")
def sessions():
    if not (FOLDER / "model.json").is_file():
        pytest.fail(f"{FOLDER} is empty: run `make book`")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return {n: ort.InferenceSession(str(FOLDER / f"{n}.onnx"), options) for n in NAMES}


def told(language, first, count):
    return [describe(sample(i), "complete", language, i).text for i in range(first, first + count)]


@pytest.mark.book
@pytest.mark.parametrize("batch", [1, 2, 5])
def test_every_piece_equals_pytorch(chain, sessions, batch):
    captions = told("en", 100 * batch, batch) + told("zh", 100 * batch, batch)
    for prompt in captions:
        fed = pieces(chain, prompt, batch)
        for name, piece in fed.items():
            wanted = piece.network(*piece.inputs.values())
            wanted = wanted if isinstance(wanted, tuple) else (wanted,)
            given = {key: value.numpy() for key, value in piece.inputs.items()}
            found = sessions[name].run(list(piece.outputs), given)
            for output, ours, theirs in zip(piece.outputs, wanted, found, strict=True):
                assert theirs.shape == tuple(ours.shape), (name, output)
                # Scores are sums of up to 40 words' products, up to 100: 1e-4 of that size.
                size = max(1, ours.abs().max().item()) if output == "score" else 1
                apart = np.abs(ours.numpy().astype(float) - theirs.astype(float)).max() / size
                assert apart <= (1 if output == "pixels" else 1e-4), (name, output, apart)


@pytest.mark.book
def test_captions_of_two_languages_share_a_batch(chain, sessions):
    tokens = chain.tokenizer([*told("en", 7, 2), *told("zh", 9, 2), "sky"])
    network = pieces(chain)["text"].network
    found = sessions["text"].run(None, {"tokens": tokens.numpy()})
    for ours, theirs in zip(network(tokens), found, strict=True):
        assert np.abs(ours.numpy() - theirs).max() <= 1e-4


@pytest.mark.book
def test_pieces_together_draw_what_the_chain_draws(chain, sessions):
    prompt, seed = "a large yellow star over sand", 7
    tokens = chain.tokenizer([prompt])
    heard = sessions["text"].run(None, {"tokens": tokens.numpy()})
    text = dict(zip(("words", "mask", "sentence", "query", "content"), heard, strict=True))
    for_map, for_generator = (z.numpy() for z in chain.split(chain.noise(1, seed)))
    given = {"sentence": text["sentence"], "noise": for_map}
    aligned = sessions["map"].run(None, given)[0]
    given = {"words": text["words"], "mask": text["mask"], "aligned": aligned}
    read = sessions["reader"].run(None, given)[0]
    given = {"read": read, "weights": text["mask"], "aligned": aligned, "noise": for_generator}
    _, pixels, attention = sessions["painter"].run(None, given)
    stages = chain.stages(prompt, seed)
    assert np.abs(pixels[0].astype(int) - stages["picture"].numpy()).max() <= 1
    wanted = stages["attention"].flatten(1).numpy()
    assert np.abs(attention[0] - wanted).max() <= 1e-4
    given = {"pixels": pixels, **{k: text[k] for k in ("sentence", "query", "content")}}
    score = sessions["scorer"].run(None, given)[0]
    assert abs(score[0] - chain.scores(torch.from_numpy(pixels), prompt)[0].item()) < 1e-2


@pytest.mark.book
def test_the_files_hold_halves_and_no_paths():
    sizes = json.loads((FOLDER / "model.json").read_text("utf-8"))["files"]
    assert sum(sizes.values()) < 18e6
    for name in NAMES:
        content = (FOLDER / f"{name}.onnx").read_bytes()
        assert len(content) == sizes[f"{name}.onnx"]
        assert b"site-packages" not in content and b".py" not in content
        kinds = {}
        for tensor in onnx.load_from_string(content).graph.initializer:
            kinds[tensor.data_type] = kinds.get(tensor.data_type, 0) + len(tensor.raw_data)
        floats, halves = kinds.get(onnx.TensorProto.FLOAT, 0), kinds[onnx.TensorProto.FLOAT16]
        assert floats < 0.05 * halves, (name, floats, halves)


class Shifted(torch.nn.Module):
    """A weight that float16 holds, and a constant that it does not."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(16, 16)
        self.layer.weight.data = self.layer.weight.data.half().float()
        self.register_buffer("places", torch.linspace(0, 1, 100)[None])

    def forward(self, x):
        return self.layer(x), self.places * x[:, :1]


@pytest.mark.slow
def test_only_what_loses_nothing_is_stored_as_half():
    network, x = Shifted().eval(), torch.randn(3, 16)
    model = exported(Piece(network, {"x": x}, {"x": {0: "B"}}, ("y", "z")))
    in_half(model)
    stored = [t.data_type for t in model.graph.initializer if np.prod(t.dims) >= 64]
    assert sorted(stored) == [onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16]
    session = ort.InferenceSession(model.SerializeToString())
    for ours, theirs in zip(network(x[:2]), session.run(None, {"x": x[:2].numpy()}), strict=True):
        assert np.abs(ours.detach().numpy() - theirs).max() < 1e-6
