"""The page that draws, drawing: what the reader sees is what the library makes."""

import numpy as np
import pytest
import torch

import dalle_edu

pytestmark = pytest.mark.browser
PROMPT = "A blue sky with white clouds and a sun in the corner."
PIXELS = """() => [...document.querySelectorAll("#draw-pictures canvas")].map((canvas) =>
  [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data])"""


def draw(page, **fields):
    """Fills in the form, draws, and reads the canvases back: uint8 (n, 3, 64, 64)."""
    for name, value in fields.items():
        page.locator(f"#draw [name={name}]").fill(str(value))
    page.get_by_role("button", name="Draw", exact=True).click()
    page.wait_for_function("document.getElementById('draw-state').textContent.endsWith(' ms.')")
    pixels = torch.tensor(page.evaluate(PIXELS), dtype=torch.uint8)
    return pixels.view(-1, 64, 64, 4)[..., :3].permute(0, 3, 1, 2).contiguous()


def apart(a, b):
    return (a.int() - b.int()).abs().max().item()


@pytest.fixture(scope="module")
def model():
    return dalle_edu.load("little-world")


def test_the_articles_prompt_is_drawn_and_the_judge_agrees(watched, model):
    page = watched.open("draw.html")
    drawn = draw(page, prompt=PROMPT, seed=0, count=4)
    for reading in dalle_edu.load("judge")(drawn):
        scene = reading.scene
        assert scene is not None and scene.sky == "blue" and scene.clouds and scene.light == "sun"
    assert apart(drawn, model([PROMPT], n=4, seed=0)[0]) <= 1
    assert watched.faults() == []


def test_chinese_best_of_and_the_way_between_two_prompts(watched, model):
    page = watched.open("draw.html")
    prompt = "左边有一个大的红色星星，草地，夜空"
    best = draw(page, prompt=prompt, seed=3, count=2, best=3)
    wanted = [np.array(image) for image in model.draw(prompt, n=2, seed=3, rerank=3)]
    assert apart(best, torch.from_numpy(np.stack(wanted)).permute(0, 3, 1, 2)) <= 1
    page.locator("#draw-way summary").click()
    other = "a small yellow star over sand"
    way = draw(page, prompt=PROMPT, second=other, seed=5, count=4, best=1)
    assert apart(way, model.interpolate(PROMPT, other, 4, seed=5)) <= 1
    assert watched.faults() == []


def test_what_the_library_refuses_the_page_refuses(watched):
    page = watched.open("draw.html")
    draw(page, prompt="a purple dragon over sand", count=1)
    assert page.get_by_role("alert").inner_text() == (
        "never seen in training, drawn anyway: 'dragon'"
    )
    page.locator("#draw [name=prompt]").fill("   ")
    page.get_by_role("button", name="Draw", exact=True).click()
    page.get_by_role("alert").filter(has_text="prompt 0 is empty: give every").wait_for()
    assert watched.faults() == []


def test_words_and_places_answer_to_the_keyboard(watched, model):
    page = watched.open("draw.html")
    draw(page, prompt="a large red star, grass", count=1)
    before = page.locator("#draw-large").evaluate("c => c.toDataURL()")
    word = page.locator("#draw-words button").filter(has_text="star").last
    word.press("Enter")
    assert word.get_attribute("aria-pressed") == "true"
    assert page.locator("#draw-large").evaluate("c => c.toDataURL()") != before
    page.locator("#draw-large").press("ArrowRight")
    page.locator("#draw-large").press("ArrowDown")
    page.locator("#draw-heard").filter(has_text="Column 9, row 10 of 16").wait_for()
    assert "%" in page.locator("#draw-heard").inner_text()


def test_opened_as_a_file_it_says_how_to_serve_it(chromium, address):
    from tools.site import SITE

    page = chromium.new_page()
    page.goto((SITE / "draw.html").as_uri())
    assert "python -m http.server" in page.locator("#draw-file").inner_text()
    assert not page.locator("#draw").is_visible()
    page.close()
