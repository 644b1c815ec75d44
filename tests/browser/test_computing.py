"""The two pages that compute, used as a reader uses them."""

import pytest

pytestmark = pytest.mark.browser


def test_the_matrix_answers(watched):
    page = watched.open("similarity.html")
    nce = page.locator("#similarity-infonce")
    before = float(nce.inner_text())
    assert before == pytest.approx(0.339, abs=0.001)  # chapter 2's matrix at temperature 0.1
    page.get_by_label("cosine of picture 1 and caption 1").fill("0.9")
    assert float(nce.inner_text()) < before
    page.get_by_role("slider", name="Temperature").fill("0")
    assert page.locator("#similarity-temperature").inner_text() == "1.0"
    page.get_by_role("button", name="As in chapter 2").click()
    page.wait_for_function(f"document.getElementById('similarity-infonce').textContent == {before}")
    assert watched.faults() == []


def test_the_game_is_played_paused_and_begun_again(watched):
    page = watched.open("game.html")
    step = page.locator("#game-step")
    assert step.inner_text() == "0 of 4000"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("parseInt(document.getElementById('game-step').textContent) > 5")
    page.get_by_role("button", name="Pause").click()
    assert "of 25" in page.locator("#game-count").inner_text()
    page.get_by_label("classic").check()
    assert step.inner_text() == "0 of 4000"
    assert watched.faults() == []
