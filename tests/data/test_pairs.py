"""Pairs from anywhere: every source alike, every skipped row named, every mistake one sentence."""

import io
import itertools
import json
import re
import struct
import sys
import tarfile
import time
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from dalle_edu.data import sources
from dalle_edu.data.pairs import little_world, little_world_dataset, open_pairs, positives
from dalle_edu.data.sources import read_picture
from dalle_edu.world.scene import WHOLE, held_out

datasets = pytest.importorskip("datasets")


def png(colour="red", size=(12, 8)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", 99) + b"IDAT"


# Name, picture, caption; then what an iteration makes of it.
ROWS = [
    ("a", png("red"), "a red sheet", ""),
    ("b", b"no picture", "broken", "broken picture"),
    ("c", png("blue"), None, "missing caption"),
    ("d", png("blue"), " \n", "empty caption"),
    ("e", png_header(100_000, 100_000), "huge", "picture too large"),
    ("f", png("green", (40, 20)), "  a green sheet\n", ""),
    ("g", png("green")[:50], "cut short", "broken picture"),
    ("h", None, "no picture at all", "row without an image"),
    ("i", png_header(9_000, 9_000), "large", "picture too large"),
    ("j", png("white"), "白", ""),
]
READ = ["a red sheet", "a green sheet", "白"]


def make_folder(path):
    path.mkdir(exist_ok=True)
    lines = []
    for name, picture, caption, _ in ROWS:
        if picture is not None:
            (path / f"{name}.png").write_bytes(picture)
        lines.append(
            {"file_name": f"{name}.png", **({"text": caption} if caption is not None else {})}
        )
    (path / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    return path


def make_parquet(path):
    features = datasets.Features({"image": datasets.Image(), "text": datasets.Value("string")})
    images = [picture and {"bytes": picture, "path": None} for _, picture, _, _ in ROWS]
    columns = {"image": images, "text": [caption for _, _, caption, _ in ROWS]}
    datasets.Dataset.from_dict(columns, features=features).to_parquet(path)
    return path


def make_tar(path):
    with tarfile.open(path, "w") as tar:
        for name, picture, caption, _ in ROWS:
            for suffix, content in (("png", picture), ("txt", caption and caption.encode())):
                if content is not None:
                    member = tarfile.TarInfo(f"shard/{name}.{suffix}")
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))
    return path


MAKERS = {"folder": make_folder, "rows.parquet": make_parquet, "rows.tar": make_tar}


def hub(monkeypatch, tmp_path):
    """A hub that holds "owner/name": the Parquet file, read as `load_dataset` would give it."""
    features = datasets.Features({"image": datasets.Image(), "text": datasets.Value("string")})
    make_parquet(tmp_path / "hub.parquet")
    rows = sources._open_parquet("", [tmp_path / "hub.parquet"]).decode(False)
    table = datasets.Dataset.from_list([dict(row) for row in rows], features=features)

    def load(name, config=None, split=None, streaming=False):
        assert (name, config, split) == ("owner/name", None, "train")
        return table.to_iterable_dataset() if streaming else table

    monkeypatch.setattr("huggingface_hub.HfApi.dataset_info", lambda self, name, timeout: None)
    monkeypatch.setattr("datasets.load_dataset", load)
    return "owner/name"


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("kind", [*MAKERS, "hub"])
def test_every_source_reads_the_good_rows_and_names_the_others(
    kind, streaming, tmp_path, monkeypatch
):
    source = hub(monkeypatch, tmp_path) if kind == "hub" else MAKERS[kind](tmp_path / kind)
    pairs = open_pairs(source, size=16, streaming=streaming)
    read = list(pairs)
    assert [pair.caption for pair in read] == READ
    assert all(pair.picture.shape == (3, 16, 16) for pair in read)
    assert all(pair.picture.dtype == torch.uint8 for pair in read)
    assert read[0].picture.unique().tolist() == [0, 255]
    assert read[1].picture[:, 8, 8].tolist() == [0, 128, 0]
    assert pairs.report.read == len(READ)
    expected = [(name, reason) for name, _, _, reason in ROWS if reason]
    assert len(pairs.report.skipped) == len(expected)
    for (name, reason), (n, (_, wanted)) in zip(
        pairs.report.skipped, enumerate(expected), strict=True
    ):
        assert reason.startswith(wanted), (n, name, reason)
    names = [name for name, _ in pairs.report.skipped]
    if kind in ("hub", "rows.parquet"):
        assert names == [f"row {i}" for i, row in enumerate(ROWS) if row[3]]
    else:
        assert [re.findall(r"\b[a-j]\b", name)[-1] for name in names] == [
            name for name, _ in expected
        ]
    assert all(f"{name}: {reason}" in str(pairs.report) for name, reason in pairs.report.skipped)
    assert str(pairs.report).startswith("3 pairs read, 7 rows skipped")


@pytest.mark.parametrize("kind", MAKERS)
def test_streaming_equals_in_memory_and_can_be_repeated(kind, tmp_path):
    source = MAKERS[kind](tmp_path / kind)
    streamed, kept = open_pairs(source, size=16, streaming=True), open_pairs(source, size=16)
    for _ in range(2):
        for a, b in zip(streamed, kept, strict=True):
            assert (a.caption, a.name) == (b.caption, b.name)
            assert torch.equal(a.picture, b.picture)
        assert streamed.report == kept.report
    assert len(kept) == 3
    assert kept[2].caption == "白"
    with pytest.raises(TypeError, match="streaming=False"):
        len(streamed)


def test_image_files_without_a_row_and_broken_lines_are_named(tmp_path):
    folder = make_folder(tmp_path / "folder")
    (folder / "sub").mkdir()
    (folder / "sub" / "stray.JPG").write_bytes(png())
    with (folder / "metadata.jsonl").open("a") as file:
        file.write('{"file_name": "a.png", "text"\n[1]\n{"text": "no file"}\n')
        file.write(
            '{"file_name": "a.png", "text": "again"}\n{"file_name": "a.png", "text": ["list"]}\n'
        )
    report = (pairs := open_pairs(folder, size=16)).report
    assert [pair.caption for pair in pairs] == [*READ, "again"]
    assert dict(report.skipped[-5:]) == {
        "metadata.jsonl line 12": "row is not a JSON object",
        "metadata.jsonl line 13": "row is not a JSON object",
        "metadata.jsonl line 14": "row without an image",
        "a.png": "caption is no text: 'list' object has no attribute 'strip'",
        "sub/stray.JPG": "image file without a row",
    }
    assert ("h.png", "row without an image: there is no file h.png") in report.skipped


def test_a_shard_cut_short_is_named_and_the_next_one_is_read(tmp_path):
    whole = make_tar(tmp_path / "1.tar").read_bytes()
    (tmp_path / "0.tar").write_bytes(whole[:700])
    (tmp_path / "2.tar").write_bytes(b"nonsense" * 100)
    pairs = open_pairs(tmp_path / "*.tar", size=16)
    assert [pair.caption for pair in pairs] == READ
    broken = [name for name, reason in pairs.report.skipped if reason.startswith("broken shard")]
    assert broken == ["0.tar", "2.tar"]


def test_a_sample_of_a_shard_is_named_up_to_the_first_dot(tmp_path):
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        for name, content in (("v1.0/x.seg.png", b""), ("v1.0/x.png", png()), ("v1.0/x.txt", b"x")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    pairs = open_pairs(tmp_path / "x.tar", size=16)
    assert [(pair.name, pair.caption) for pair in pairs] == [("x.tar/v1.0/x", "x")]
    assert not pairs.report.skipped


def test_columns_have_other_names(tmp_path):
    folder = make_folder(tmp_path / "folder")
    rows = [{"file_name": "a.png", "path": str(folder / "j.png"), "titre": "a"}]
    (folder / "metadata.jsonl").write_text(json.dumps(rows[0]))
    assert [p.caption for p in open_pairs(folder, caption="titre", size=16)] == ["a"]
    (pair,) = open_pairs(folder, caption="titre", picture="path", size=16)
    assert pair.picture.min() == 255
    (pair, *_) = open_pairs(make_tar(tmp_path / "rows.tar"), picture="png", caption="txt", size=16)
    assert pair.caption == "a red sheet"


def raises_quickly(kind, match, *args, **options):
    """One sentence, within three seconds."""
    start = time.perf_counter()
    with pytest.raises(kind, match=match) as raised:
        open_pairs(*args, **options)
    assert time.perf_counter() - start < 3
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_wrong_column_name_is_answered_by_those_there_are(kind, tmp_path):
    source = MAKERS[kind](tmp_path / kind)
    raises_quickly(ValueError, "no column 'captoin': it has .*text", source, caption="captoin")
    raises_quickly(
        ValueError, "no column 'img': it has .*image", source, picture="img", streaming=True
    )


def test_a_mistyped_path_is_not_taken_for_a_hub_name(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_open_hub", lambda *_: pytest.fail("asked the hub"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flowers").mkdir()
    (tmp_path / "data").mkdir()
    for source in ("flowrs", "./flowrs", f"{tmp_path}/flowrs", "flowers/roses", "data/x", "~/no/x"):
        raises_quickly(FileNotFoundError, "there is no file or folder", source)
    for source in (
        "owner/rows.parquet",
        "owner/rows.tar",
        "a/b/c",
        "no*.tar",
        "../x",
        "flowers\\x",
        "",
    ):
        raises_quickly((FileNotFoundError, ValueError), "no file or folder|holds no", source)


def test_a_folder_or_file_without_pairs_says_what_is_needed(tmp_path):
    raises_quickly(ValueError, "holds no captioned pictures: give .*metadata.jsonl", tmp_path)
    (tmp_path / "a.png").write_bytes(png())
    raises_quickly(ValueError, "holds no captioned pictures", tmp_path / "a.png")
    (tmp_path / "a.parquet").write_bytes(b"no")
    raises_quickly(ValueError, "cannot be read as Parquet", tmp_path / "a.parquet")


def test_an_unreachable_hub_is_one_sentence_within_three_seconds(monkeypatch):
    assert sources.HUB_SECONDS <= 2
    monkeypatch.setattr(sources, "HUB_SECONDS", 0.2)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.HfApi.dataset_info", lambda *_, **__: time.sleep(5))
    raises_quickly(
        ConnectionError, "'owner/name' is no file .* hub could not be reached", "owner/name"
    )

    def refuse(*_, **__):
        raise OSError("[Errno -2] Name or service not known")

    monkeypatch.setattr("huggingface_hub.HfApi.dataset_info", refuse)
    raises_quickly(ConnectionError, "Name or service not known.*check the name", "owner/name")


def test_a_name_that_the_hub_does_not_know(monkeypatch):
    def missing(*_, **__):
        raise datasets.exceptions.DatasetNotFoundError("gone")

    monkeypatch.setattr("huggingface_hub.HfApi.dataset_info", lambda *_, **__: None)
    monkeypatch.setattr("datasets.load_dataset", missing)
    raises_quickly(FileNotFoundError, "hub has no public dataset of that name", "owner/name")


def test_a_wrong_column_or_split_of_a_hub_dataset(monkeypatch, tmp_path):
    raises_quickly(ValueError, "it has image, text", hub(monkeypatch, tmp_path), caption="txt")

    def unknown_split(*_, **__):
        raise ValueError("Unknown split 'dev'.\n  Should be one of ['train'].")

    monkeypatch.setattr("datasets.load_dataset", unknown_split)
    message = r"owner/name: Unknown split 'dev'. Should be one of"
    raises_quickly(ValueError, message, "owner/name", split="dev")


def test_without_the_data_extra_a_sentence_says_how_to_get_it(tmp_path, monkeypatch):
    parquet, folder = make_parquet(tmp_path / "rows.parquet"), make_folder(tmp_path / "folder")
    monkeypatch.setitem(sys.modules, "datasets", None)
    raises_quickly(ImportError, re.escape("pip install 'dalle-edu[data]'"), parquet)
    assert len(open_pairs(folder, size=16)) == 3


def encoded(image, kind="PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def test_pictures_of_every_mode_become_rgb():
    grey = Image.new("L", (8, 8), 128)
    assert read_picture(encoded(grey), 8).unique().tolist() == [128]
    deep = Image.fromarray(np.full((8, 8), 128 * 257, np.uint16))
    assert read_picture(encoded(deep), 8).unique().tolist() == [128]
    palette = Image.new("RGB", (8, 8), (255, 0, 0)).convert("P")
    assert read_picture(encoded(palette), 8)[:, 0, 0].tolist() == [255, 0, 0]
    cmyk = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    red = read_picture(encoded(cmyk, "JPEG", quality=100), 8)[:, 4, 4].int()
    assert (red - torch.tensor([255, 0, 0])).abs().max() < 6
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    clear.putpixel((0, 0), (255, 0, 0, 255))
    picture = read_picture(encoded(clear), 8)
    assert picture[:, 0, 0].tolist() == [255, 0, 0]
    assert picture[:, 1:, 1:].min() == 255


def test_a_picture_is_turned_upright_then_cropped_to_its_centre():
    image = Image.new("RGB", (30, 10), "red")
    image.paste("blue", (10, 0, 20, 10))
    assert read_picture(encoded(image), 10)[:, 5, 5].tolist() == [0, 0, 255]
    assert read_picture(encoded(image), 10)[0].max() == 0
    image = Image.new("RGB", (16, 16), "red")
    image.paste("blue", (0, 0, 16, 8))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned 90 degrees clockwise: what was up is right
    picture = read_picture(encoded(image, "PNG", exif=exif), 16)
    assert picture[:, 8, 2].tolist() == [255, 0, 0]
    assert picture[:, 8, 13].tolist() == [0, 0, 255]


def test_a_large_picture_is_refused_from_its_header():
    with pytest.raises(ValueError, match="too large: 144 pixels, at most 143"):
        read_picture(png(size=(12, 12)), 8, max_pixels=143)
    assert read_picture(png(size=(12, 12)), 8, max_pixels=144).shape == (3, 8, 8)
    # Not decoded: the header alone is there, and the reason is its size.
    for side in (8_001, 100_000):
        with pytest.raises(ValueError, match="picture too large"):
            read_picture(png_header(side, side), 8)


def test_a_format_that_runs_programs_is_not_opened():
    with pytest.raises(ValueError, match="broken picture: none of BMP, GIF"):
        read_picture(encoded(Image.new("RGB", (8, 8)), "EPS"), 8)


def test_little_world_pair_i_depends_on_seed_and_i_alone():
    three = list(little_world(3, size=32, seed=5))
    endless = list(itertools.islice(little_world(size=32, seed=5), 5))
    for a, b in zip(three, endless[:3], strict=True):
        assert (a.caption, a.name, a.scene) == (b.caption, b.name, b.scene)
        assert torch.equal(a.picture, b.picture)
    assert three[0].picture.shape == (3, 32, 32)
    assert little_world(3, seed=6, streaming=False)[0].scene != three[0].scene
    assert len({pair.name for pair in endless}) == 5
    with pytest.raises(ValueError, match="give n"):
        little_world(streaming=False)


def test_little_world_keeps_its_splits_kinds_and_languages():
    options = {"size": 16, "seed": 1, "grammar": WHOLE}
    assert not any(held_out(pair.scene) for pair in little_world(30, **options))
    assert all(held_out(pair.scene) for pair in little_world(30, "held_out", **options))
    pairs = list(little_world(30, kinds=("complete", "terse"), languages=("en", "zh"), **options))
    assert {pair.claims.kind for pair in pairs} == {"complete", "terse"}
    assert {pair.claims.language for pair in pairs} == {"en", "zh"}
    assert all(pair.claims.text == pair.caption for pair in pairs)


def test_positives_are_what_is_true_in_little_world_and_what_is_equal_elsewhere(tmp_path):
    pairs = list(little_world(40, size=16, kinds=("vague", "terse")))
    truth = [[column.claims.true_of(row.scene) for column in pairs] for row in pairs]
    assert positives(pairs).tolist() == truth
    assert positives(pairs).diagonal().all()
    assert positives(pairs).sum() > 40  # a vague caption is true of several
    folder = make_folder(tmp_path / "folder")
    lines = [{"file_name": "a.png", "text": text} for text in ("One", "two", "  one ", "three")]
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)))
    expected = torch.eye(4, dtype=torch.bool)
    expected[0, 2] = expected[2, 0] = True
    assert torch.equal(positives(list(open_pairs(folder, size=16))), expected)


def test_little_world_as_a_dataset(tmp_path):
    table = little_world_dataset(4, split="held_out", size=32, seed=3)
    pairs = list(little_world(4, "held_out", 32, 3))
    assert list(table.features) == ["image", "text"]
    assert table["text"][:] == [pair.caption for pair in pairs]
    for row, pair in zip(table, pairs, strict=True):
        assert torch.equal(torch.from_numpy(np.array(row["image"])).permute(2, 0, 1), pair.picture)
    table.to_parquet(tmp_path / "world.parquet")
    read = open_pairs(tmp_path / "world.parquet", size=32)
    assert all(torch.equal(a.picture, b.picture) for a, b in zip(read, pairs, strict=True))


def test_little_world_as_an_endless_dataset():
    rows = list(itertools.islice(little_world_dataset(size=16), 3))
    assert [row["text"] for row in rows] == [pair.caption for pair in little_world(3, size=16)]
    assert rows[0]["image"].size == (16, 16)
