"""What the page that draws needs of the shipped model, as files that a browser reads.

    python -m book.drawing.export

Writes `book/_static/draw/model/`: the networks of `pieces.py` as ONNX, and `model.json` with the
tokenizer and the sizes. Weights lie there as float16, which they are in the shipped files too, and
the graph casts them to float32, in which everything is computed. Nothing is written anew while the
weights and the code they go through are the same.
"""

import copy
import hashlib
import json
import logging
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import dalle_edu
from book.drawing.pieces import Piece, pieces, rounded
from dalle_edu.chain import Chain
from dalle_edu.data.tokenizer import LENGTH, Tokenizer

HERE = Path(__file__).parent
FOLDER = HERE.parent / "_static" / "draw" / "model"
LIBRARY = Path(dalle_edu.__file__).parent
SMALL = 64  # elements: what is smaller stays float32
# What Python's `split` takes for white space; JavaScript's `\s` is another list.
SPACES = "".join(chr(i) for i in range(0x110000) if chr(i).isspace())


def exported(piece: Piece) -> onnx.ModelProto:
    """A piece as ONNX, opset 20, its weights still float32.

    Raises:
        ValueError: if an axis that should vary was frozen on the way.
    """
    shapes = {n: {d: torch.export.Dim.DYNAMIC for d in axes} for n, axes in piece.axes.items()}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            piece.network,
            tuple(piece.inputs.values()),
            input_names=list(piece.inputs),
            output_names=list(piece.outputs),
            dynamic_shapes=tuple(shapes.values()),
            opset_version=20,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    model = program.model_proto
    for given in model.graph.input:
        sides = given.type.tensor_type.shape.dim
        for side, name in piece.axes[given.name].items():
            if not sides[side].dim_param:
                raise ValueError(f"axis {side} ({name}) of {given.name} is frozen: see `len`")
    return model


def without_paths(model: onnx.ModelProto) -> None:
    """Removes what the exporter notes about where it ran: stack traces with the paths of files."""
    graph = model.graph
    parts = [model, graph, *graph.node, *graph.initializer, *graph.input, *graph.output]
    for part in [*parts, *graph.value_info]:
        part.doc_string = ""
        del part.metadata_props[:]
    del graph.value_info[:]
    for function in model.functions:
        raise ValueError(f"function {function.name} is left in the graph: inline it")


def in_half(model: onnx.ModelProto) -> None:
    """Stores as float16, cast to float32 in the graph, whatever loses nothing by it.

    Weights are float16 numbers already (`rounded`); constants such as sines of places are not, and
    stay as they are.
    """
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALL:
            continue
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *copy.deepcopy(list(model.graph.node))]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)


def reading(tokenizer: Tokenizer) -> dict:
    """The tokenizer, told so that nothing depends on a browser's own tables."""
    bpe = json.loads(tokenizer.bpe.to_str())["model"]
    every = map(chr, range(0x110000))
    return {
        "vocabulary": bpe["vocab"],
        "merges": bpe["merges"],
        "lexicon": sorted(
            {word.casefold() for known in tokenizer.lexicon.values() for word in known}
        ),
        "fold": {c: c.casefold() for c in every if c.casefold() != c},
        "spaces": SPACES,
        "length": LENGTH,
    }


def sizes(chain: Chain) -> dict:
    """What the page has to know of the model beside its networks."""
    settings = chain.generator.settings
    side = settings.size // 2 ** len(settings.widths) * 2 ** (settings.listening - 1)
    noise = {"map": chain.mapping.noise, "generator": settings.noise}
    return {"size": settings.size, "grid": side, "noise": noise}


def fingerprint() -> str:
    """Changes with the weights, the library's networks, this code and the exporter."""
    paths = [*sorted(HERE.glob("*.py")), LIBRARY / "weights" / "checksums.json"]
    for folder in ("alignment", "contrastive", "gan", "data"):
        paths += sorted((LIBRARY / folder).glob("*.py"))
    text = b"".join(path.read_bytes() for path in [*paths, LIBRARY / "chain.py"])
    return hashlib.sha256(text + f"{torch.__version__} {onnx.__version__}".encode()).hexdigest()


def write(chain: Chain, folder: Path) -> None:
    """All files of a chain into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    chain = rounded(chain)
    files = {}
    for name, piece in pieces(chain).items():
        model = exported(piece)
        without_paths(model)
        in_half(model)
        content = model.SerializeToString()
        (folder / f"{name}.onnx").write_bytes(content)
        files[f"{name}.onnx"] = len(content)
    told = {"files": files, **sizes(chain), "tokenizer": reading(chain.tokenizer)}
    text = json.dumps(told, ensure_ascii=False)
    (folder / "model.json").write_text(text, encoding="utf-8")


def main() -> int:
    """Exports the shipped model, unless that is done."""
    stamp, now = FOLDER / "fingerprint.txt", fingerprint()
    if not stamp.is_file() or stamp.read_text("utf-8") != now:
        stamp.unlink(missing_ok=True)
        write(dalle_edu.load("little-world"), FOLDER)
        stamp.write_text(now, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
