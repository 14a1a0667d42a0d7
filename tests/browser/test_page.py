"""The page alone, in a real browser: hands move edges, none cross, old answers are dropped, nothing is queued."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")

from browser.page import editor_page
from paretocode.catalogue import FractionScale
from paretocode.report.editor.answers import Answers
from paretocode.report.editor.conversation import Conversation
from paretocode.report.editor.edges import EdgeState
from paretocode.report.editor.scene import scene_of
from paretocode.report.editor.world import EditorWorld
from report.editor.editing_worlds import alike_world, bundled_world
from strategies import catalogue_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

START = (330_000, 660_000)


def talk(**settings: Any) -> Conversation:
    return Conversation(Answers(bundled_world()), EdgeState(request_ppm=START), **settings)


def handle(page: Page, index: int, rail: str = "request") -> Locator:
    return page.locator(f'.pc-handle[data-rail="{rail}"][data-index="{index}"]')


def centre(locator: Locator) -> tuple[float, float]:
    box = locator.locator(".pc-grip").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def settle(page: Page, conversation: Conversation) -> None:
    """Wait until page and kernel have nothing to say: the page shows what the kernel has."""
    wanted = [f"{edge / 1e6:.6f}".rstrip("0").rstrip(".")[:7] for edge in conversation.edges.request_ppm]
    page.wait_for_timeout(60)
    for at, text in enumerate(wanted):
        page.wait_for_function(
            "([at, text]) => document.querySelectorAll('.pc-handle[data-rail=request] .pc-value')[at]"
            ".textContent.startsWith(text.slice(0, 6))",
            arg=[at, text],
            timeout=5_000,
        )


def drag(page: Page, locator: Locator, by: float, *, steps: int = 12) -> None:
    x, y = centre(locator)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=steps)
    page.mouse.up()


def test_a_drag_is_followed_and_is_one_step(browser: Browser) -> None:
    conversation, asked = talk(), []
    with editor_page(browser, conversation, asked=asked) as page:
        drag(page, handle(page, 0), 90)
        page.wait_for_timeout(150)
        settle(page, conversation)
        moved = conversation.edges.request_ppm[0]
        assert moved > START[0]
        assert conversation.edges.request_ppm[1] == START[1]
        moves = [message for message in asked if message["ask"] == "move"]
        assert moves[-1]["is_last"]
        assert [message["seq"] for message in asked] == sorted({message["seq"] for message in asked})
        assert (
            page.locator(".pc-numbers tbody tr").first.locator(".pc-now").inner_text()
            == conversation.answer()["rows"][0]["now"]
        )
        page.keyboard.press("Control+z")
        page.wait_for_timeout(100)
        settle(page, conversation)
        assert conversation.edges.request_ppm == START
        page.keyboard.press("Control+Shift+z")
        page.wait_for_timeout(100)
        assert conversation.edges.request_ppm[0] == moved


def test_edges_do_not_cross_whatever_the_mouse_does(browser: Browser) -> None:
    conversation = talk()
    with editor_page(browser, conversation) as page:
        drag(page, handle(page, 0), 900)
        page.wait_for_timeout(150)
        low, high = conversation.edges.request_ppm
        assert low < high == START[1]
        first, second = centre(handle(page, 0))[0], centre(handle(page, 1))[0]
        assert first <= second
        drag(page, handle(page, 1), -1200)
        page.wait_for_timeout(150)
        assert conversation.edges.request_ppm[0] < conversation.edges.request_ppm[1]


def test_keys_step_from_candidate_to_candidate(browser: Browser) -> None:
    conversation = talk()
    with editor_page(browser, conversation) as page:
        snaps = snaps_of(conversation)
        handle(page, 0).focus()
        for key, expected in (
            ("ArrowRight", min(at for at in snaps if at > START[0])),
            ("ArrowLeft", max(at for at in snaps if at < min(s for s in snaps if s > START[0]))),
            ("End", START[1] - 1),
            ("Home", 1),
        ):
            page.keyboard.press(key)
            page.wait_for_timeout(80)
            assert conversation.edges.request_ppm[0] == expected, key
        before = conversation.edges.request_ppm[0]
        page.keyboard.press("Alt+ArrowRight")
        page.wait_for_timeout(80)
        assert conversation.edges.request_ppm[0] == before + 1_000
        page.keyboard.press("Shift+ArrowRight")
        page.wait_for_timeout(80)
        assert conversation.edges.request_ppm[0] > before + 1_000 + 15_000
        said = handle(page, 0).get_attribute("aria-valuetext") or ""
        assert "served by" in said
        assert handle(page, 0).get_attribute("role") == "slider"


def snaps_of(conversation: Conversation) -> list[int]:
    snaps: list[int] = scene_of(conversation.answers.world, conversation.text)["snaps"]["coupled"]
    return snaps


def test_drags_rest_on_candidates_and_alt_lets_them_go_anywhere(browser: Browser) -> None:
    conversation = talk()
    with editor_page(browser, conversation) as page:
        drag(page, handle(page, 0), 77)
        page.wait_for_timeout(120)
        assert conversation.edges.request_ppm[0] in snaps_of(conversation)
        page.keyboard.down("Alt")
        drag(page, handle(page, 0), 13)
        page.keyboard.up("Alt")
        page.wait_for_timeout(120)
        assert conversation.edges.request_ppm[0] not in snaps_of(conversation)


def test_a_finger_drags_too(browser: Browser) -> None:
    conversation = talk()
    with editor_page(browser, conversation) as page:
        x, y = centre(handle(page, 1))
        touch = page.context.new_cdp_session(page)
        for kind, points in (
            ("touchStart", [{"x": x, "y": y}]),
            ("touchMove", [{"x": x + 40, "y": y}]),
            ("touchMove", [{"x": x + 80, "y": y + 30}]),
            ("touchEnd", []),
        ):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(150)
        assert conversation.edges.request_ppm[1] > START[1]


def test_a_pinned_edge_stays_and_edges_come_and_go(browser: Browser) -> None:
    conversation = talk()
    with editor_page(browser, conversation) as page:
        handle(page, 0).focus()
        page.keyboard.press("p")
        page.wait_for_timeout(80)
        assert conversation.edges.pinned_request == (True, False)
        drag(page, handle(page, 0), 100)
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(80)
        assert conversation.edges.request_ppm == START
        assert page.get_by_title("The edge is pinned").is_disabled()
        page.get_by_role("button", name="+ Edge").click()
        page.wait_for_timeout(80)
        assert len(conversation.edges.request_ppm) == 3
        box = page.locator(".pc-stage").bounding_box()
        assert box is not None
        page.mouse.dblclick(box["x"] + box["width"] * 0.8, box["y"] + 160)
        page.wait_for_timeout(80)
        assert len(conversation.edges.request_ppm) == 4
        handle(page, 3).focus()
        page.keyboard.press("Delete")
        page.wait_for_timeout(80)
        assert len(conversation.edges.request_ppm) == 3


def test_edges_apart_move_alone(browser: Browser) -> None:
    conversation = talk()
    with editor_page(browser, conversation) as page:
        page.get_by_role("button", name="Coupled").click()
        page.locator('.pc-handle[data-rail="score"]').first.wait_for()
        before = conversation.edges
        drag(page, handle(page, 1, "score"), 120)
        page.wait_for_timeout(150)
        after = conversation.edges
        assert before.score_milli is not None
        assert after.score_milli is not None
        assert after.score_milli[1] > before.score_milli[1]
        assert (after.request_ppm, after.score_milli[0]) == (before.request_ppm, before.score_milli[0])


def test_only_the_newest_position_is_asked_and_old_answers_are_dropped(browser: Browser) -> None:
    """A kernel that turns slow: of thirty positions two are on their way, and then the newest alone."""
    conversation, asked = talk(), []
    with editor_page(browser, conversation, asked=asked) as page:
        page.evaluate("""() => {
            const quick = window.kernel;
            const rest = () => new Promise((done) => setTimeout(done, 400));
            window.kernel = (text) => quick(text).then((said) => rest().then(() => said));
        }""")
        n_before = len(asked)
        drag(page, handle(page, 0), 150, steps=30)
        page.wait_for_timeout(1_500)
        moves = [message for message in asked[n_before:] if message["ask"] == "move"]
        assert len(moves) <= 4
        assert conversation.edges.request_ppm[0] == moves[-1]["to"]
        settle(page, conversation)
        stale = conversation.answer() | {"view": moves[-1]["view"], "seq": 1}
        stale["rows"] = [row | {"now": "stale"} for row in stale["rows"]]
        page.evaluate("(said) => window.hear(said)", stale)
        assert "stale" not in page.locator(".pc-numbers").inner_text()
        page.evaluate("(said) => window.hear(said)", stale | {"view": "", "seq": 0})
        assert "stale" in page.locator(".pc-numbers").inner_text()  # what the kernel says by itself is heard


def test_the_best_map_a_comparison_and_saving(browser: Browser) -> None:
    kept: list[str] = []

    def save(name: str, _: object) -> str:
        kept.append(name)
        return f"Saved as candidate {name}."

    conversation = talk(save=save)
    with editor_page(browser, conversation) as page:
        handle(page, 1).focus()
        page.keyboard.press("p")
        page.get_by_role("button", name="Best map from here").click()
        page.get_by_text("maps weighed").wait_for()
        assert conversation.edges.request_ppm[1] == START[1]
        assert conversation.edges.request_ppm[0] != START[0]
        page.get_by_role("button", name="Compare").click()
        page.locator(".pc-comparison table").wait_for()
        assert "cost, replayed" in page.locator(".pc-comparison").inner_text()
        save_button = page.get_by_role("button", name="Save as candidate")
        assert save_button.is_disabled()
        page.get_by_label("name of the candidate").fill("mine")
        save_button.click()
        page.get_by_text("Saved as candidate mine.").wait_for()
        assert kept == ["mine"]


def test_models_are_named_to_eyes_and_ears(browser: Browser) -> None:
    with editor_page(browser, talk()) as page:
        page.locator(".pc-models").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        chosen = page.locator('.pc-mark[aria-selected="true"]')
        assert "USD per million tokens" in (chosen.get_attribute("aria-label") or "")
        assert page.locator(".pc-tip").get_attribute("visibility") == "visible"
        assert page.locator(".pc-interval").count() == 3
        page.wait_for_timeout(600)
        assert "against the incumbent" in page.locator(".pc-spoken").inner_text()


@pytest.mark.parametrize("width", [380, 1280, 1920])
def test_nothing_sticks_out_at_any_width(browser: Browser, width: int) -> None:
    with editor_page(browser, talk(), width=width) as page:
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        cell = page.locator(".pc-editor").bounding_box()
        assert cell is not None
        for table in page.locator(".pc-editor table").all():
            box = table.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= cell["x"] + cell["width"]


def many_models() -> EditorWorld:
    """Return six hundred made-up models without a log."""
    rng = np.random.default_rng(1)
    score = np.round(rng.uniform(20, 90, 600), 3)
    columns: dict[str, list[object]] = {
        "model_id": [f"maker{at % 30:02d}/model-{at:03d}" for at in range(600)],
        "coding_score": score.tolist(),
        "coding_score_se": [0.8] * 600,
        "prompt_usd_per_mtok": np.round(np.exp(score / 25) * rng.uniform(0.02, 0.5, 600), 3).tolist(),
    }
    return EditorWorld(catalogue=catalogue_of(columns), scale=FractionScale(full=100.0))


def one_model() -> EditorWorld:
    base = bundled_world(has_log=False)
    return dataclasses.replace(base, catalogue=base.catalogue.select([0]), incumbent=None)


@pytest.mark.parametrize(("world_of", "n"), [(many_models, 600), (one_model, 1), (alike_world, 13)])
def test_any_number_of_models_and_no_log(browser: Browser, world_of: Callable[[], EditorWorld], n: int) -> None:
    conversation = Conversation(Answers(world_of()), EdgeState(request_ppm=START))
    with editor_page(browser, conversation) as page:
        assert page.locator(".pc-mark").count() == n
        assert page.locator(".pc-names text").count() <= 25
        handle(page, 0).focus()
        page.keyboard.press("Alt+ArrowRight")
        page.wait_for_timeout(120)
        assert conversation.edges.request_ppm[0] == START[0] + 1_000
        assert "Without a log" in page.locator(".pc-numbers").inner_text()
