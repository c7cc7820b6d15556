"""The page of a comparison in a browser: filters, sorting, keyboard, phones, dark colours.

Needs playwright and Chromium (playwright's own, or one on the PATH); skipped without them.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qs

import pytest

from mathpal.reporting.compare_page import AT_ONCE, write_compare_page
from mathpal.reporting.numbers import Language
from tests.comparisons import write_folder

api = pytest.importorskip("playwright.sync_api", reason="needs playwright")

CONTRAST = """() => {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    return Array.from(probe.getImageData(0, 0, 1, 1).data);
  };
  const light = ([r, g, b]) => [r, g, b]
    .map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return rgba("canvas");
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const low = new Set();
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility()) continue;
    if (e.closest("script, option")) continue;
    const style = getComputedStyle(e);
    const ink = rgba(e.closest("svg") ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(e))].sort();
    const ratio = (b + 0.05) / (a + 0.05);
    if (ratio < 4.5) low.add(`${e.tagName} ${e.className} ${ratio.toFixed(2)}`);
  }
  return [...low];
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_folder(tmp_path_factory.mktemp("compared"), AT_ONCE + 10)
    for language in get_args(Language):
        write_compare_page(folder, language).rename(folder / f"{language}.html")
    return folder


@pytest.fixture(scope="module")
def samples(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "samples.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        path = shutil.which("chromium") or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("needs Chromium")
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def opened(browser: Any, folder: Path) -> Iterator[Any]:
    """Open the page with options of a browser's context; it may report no fault."""
    faults: list[str] = []
    contexts = []

    def open_page(fragment: str = "", language: str = "en", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda request: faults.append(request.url) if request.url[:4] == "http" else None,
        )
        page.set_default_timeout(15_000)
        page.goto(f"{(folder / language).as_uri()}.html{fragment}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def visible(page: Any) -> int:
    return page.locator(".problem:visible").count()


def fragment(page: Any) -> dict[str, list[str]]:
    return parse_qs(page.evaluate("location.hash.slice(1)"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_fits_and_can_be_read(opened: Any, width: int, scheme: str) -> None:
    page = opened(viewport={"width": width, "height": 800}, color_scheme=scheme, language="vi")
    page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CONTRAST) == []
    hints = page.locator(".hint:visible").count()
    wider = page.evaluate(
        "[...document.querySelectorAll('.hint + .scroll')]"
        ".filter((e) => e.scrollWidth > e.clientWidth).length"
    )
    assert hints == wider and (width > 400 or wider)


def test_a_verdict_is_chosen_with_the_keyboard(opened: Any, samples: Any) -> None:
    page = opened()
    page.get_by_label("Its answer is").focus()
    page.keyboard.type("wrong")
    page.keyboard.press("Tab")
    count = sum(s["system"] == "base" and s["verdict"] == "wrong" for s in samples)
    said = f"{count} of {AT_ONCE + 10} problems match"
    page.get_by_role("status").get_by_text(said).wait_for()
    assert visible(page) == count
    assert fragment(page) == {"system": ["base"], "verdict": ["wrong"]}
    page.get_by_role("button", name="Clear filters").press("Enter")
    assert visible(page) == AT_ONCE and fragment(page) == {}


def test_words_are_found_without_their_marks(opened: Any, samples: Any) -> None:
    page = opened()
    page.get_by_label("Search").fill("VAN TOC  ca no")
    wanted = {s["id"] for s in samples if "vận tốc" in s["question"] and "ca nô" in s["question"]}
    page.get_by_role("status").get_by_text(f"{len(wanted)} of").wait_for()
    assert 0 < visible(page) == len(wanted)


def test_the_address_restores_the_filters(opened: Any, samples: Any) -> None:
    page = opened("#grade=5&flips=2.0&nonsense=1&verdict=none%20such&text=%E0%A4")
    page.get_by_label("Search").fill("")
    right = {(s["id"], s["system"]) for s in samples if s["verdict"] == "correct"}
    wanted = [s["id"] for s in samples if s["system"] == "base" and s["grade"] == 5
              and (s["id"], "tuned") in right and (s["id"], "base") not in right]  # fmt: skip
    page.get_by_role("status").get_by_text(f"{len(wanted)} of").wait_for()
    assert page.locator("select[name=grade]").input_value() == "5"
    assert page.locator("select[name=flips]").input_value() == "2.0"
    assert page.locator("select[name=verdict]").input_value() == ""


def test_a_count_leads_to_the_problems_that_it_counts(opened: Any) -> None:
    page = opened()
    row = page.locator("#failures tr", has=page.get_by_role("rowheader", name="Arithmetic"))
    link = row.get_by_role("link").first
    count = int(link.inner_text())
    link.press("Enter")
    page.get_by_role("status").get_by_text(f"{count} of").wait_for()
    assert visible(page) == count
    assert page.evaluate("document.activeElement.id") == "h-problems"


def test_a_flip_opens_its_problem_though_it_is_far_down_or_filtered(opened: Any) -> None:
    page = opened("#text=nothing-has-this")
    assert visible(page) == 0
    page.evaluate(f"location.hash = '#p-{AT_ONCE + 3}'")
    item = page.locator(f"#p-{AT_ONCE + 3}")
    item.locator(".answers").wait_for()
    assert visible(page) == AT_ONCE + 10
    assert page.evaluate("document.activeElement.parentElement.id") == f"p-{AT_ONCE + 3}"


def test_more_problems_are_shown_on_demand(opened: Any) -> None:
    page = opened()
    assert visible(page) == AT_ONCE
    page.get_by_role("button", name="Show 10 more").press("Enter")
    assert visible(page) == AT_ONCE + 10
    assert page.evaluate("document.activeElement.parentElement.id") == f"p-{AT_ONCE + 1}"
    assert page.get_by_role("button", name="more").count() == 0
    page.get_by_role("button", name="Open those shown").click()
    assert page.locator(".problem[open]").count() == AT_ONCE + 10
    page.get_by_role("button", name="Close all").click()
    assert page.locator(".problem[open]").count() == 0


def test_tables_are_sorted_by_buttons(opened: Any) -> None:
    page = opened()
    table = page.locator("#groups table").last
    head = table.get_by_role("columnheader", name="tuned")
    for order, reverse in (("descending", True), ("ascending", False)):
        head.get_by_role("button").press("Enter")
        assert head.get_attribute("aria-sort") == order
        shares = [
            float(text.split()[0]) for text in table.locator("td:nth-child(5) b").all_inner_texts()
        ]
        assert shares == sorted(shares, reverse=reverse) and len(set(shares)) > 1
    assert table.locator("[aria-sort=none]").count() == 5


def test_the_first_tab_skips_to_the_content(opened: Any) -> None:
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_without_the_script_everything_can_be_read(opened: Any) -> None:
    page = opened(java_script_enabled=False)
    assert visible(page) == AT_ONCE + 10
    assert page.locator("form:visible, button:visible").count() == 0
    page.locator(f"#p-{AT_ONCE + 5} > summary").click()
    assert page.locator(f"#p-{AT_ONCE + 5} .answer:visible").count() == 4
