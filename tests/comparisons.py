"""For tests: the directory of a comparison of systems, as `mathpal compare` leaves it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mathpal.answers import parse_gold
from mathpal.curriculum.items import problem as drawn
from mathpal.evaluation import comparison_files as files
from mathpal.evaluation.comparison import compared
from mathpal.evaluation.costs import Cost
from mathpal.evaluation.grading import graded
from mathpal.evaluation.performance import Percentiles, Speed
from mathpal.generation.records import Response
from mathpal.problems import Problem
from mathpal.record.files import write_json

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)></details><!-- \u202e \"'&amp;"
FAMILIES = (
    "nguoc_chieu_gap_nhau", "van_toc", "tong_ti", "gia_tri_phan_tram", "dien_tich_tam_giac",
    "phan_so_cua_mot_so", "lap_so", "the_ki", "rut_ve_don_vi", "chu_vi_binh_hanh_thoi",
)  # fmt: skip
SKILLS = {"base": 0.3, "rag": 0.55, "tuned": 0.75, "majority": 0.78}
SETTINGS = {"max_new_tokens": 200, "temperature": 0.0, "chunk": 64, "runs": ["outputs/grade5"]}
COMMAND = "mathpal compare run=outputs/grade5 'system=[base,rag,tuned]' language=vi"


def problems(count: int, families: Sequence[str] = FAMILIES) -> list[Problem]:
    """Generated problems; those of the first families are old."""
    found = []
    for number in range(count):
        family = families[number % len(families)]
        item = drawn("comparisons", "test", family, number // len(families))
        found.append(replace(item, cohort="old" if family in families[:3] else "new"))
    return found


def responses(name: str, asked: Sequence[Problem], skill: float) -> list[Response]:
    """Answers of a system that knows a share of the problems; some are hostile, cut or missing."""
    return [_response(name, number, problem, skill) for number, problem in enumerate(asked)]


def write_folder(
    folder: Path,
    count: int = 60,
    *,
    skills: Mapping[str, float] = SKILLS,
    families: Sequence[str] = FAMILIES,
    speed: bool = True,
) -> Path:
    """Write compare.json, samples.jsonl, performance.json and manifest.json."""
    asked = problems(count, families)
    golds = [parse_gold(p.answer or "", kind=p.kind) for p in asked]
    samples: dict[str, list[dict[str, Any]]] = {}
    for name, skill in skills.items():
        samples[name] = []
        for problem, gold, response in zip(
            asked, golds, responses(name, asked, skill), strict=True
        ):
            row = graded(problem, name, response, gold, lenient=True, steps=True)
            samples[name].append(row | {
                "grade": problem.grade, "prompt_tokens": response.prompt_tokens,
                "sources": list(response.sources), "error": response.error,
            })  # fmt: skip
    found = compared(asked, samples)
    records = {name: _record(name) for name in skills}
    untrained = [name for name in skills if name in ("base", "rag")]
    folder.mkdir(parents=True, exist_ok=True)
    files.write_comparison(folder, found, samples, records, SETTINGS, untrained)
    write_json(folder / "manifest.json", {"settings": SETTINGS, "command": COMMAND})
    if speed:
        costs = {
            one.name: Cost(0.5, 0.0 if one.name in untrained else 712.5, one.accuracy.accuracy)
            for one in found.standings
        }
        files.write_performance(folder, dict.fromkeys(skills, _speed()), costs)
    return folder


def _response(name: str, number: int, problem: Problem, skill: float) -> Response:
    draw = _draw(name, problem.id)
    if name == "rag" and number % 19 == 7:
        return Response("", 0, True, error=f"HTTP 503 after 4 tries {HOSTILE}")
    shown = tuple(f"{problem.family}/vimath-42/train/{n}" for n in (3, 17)) if name == "rag" else ()
    tokens, prompt = 40 + int(30 * draw), 400 if shown else 60
    if number == 0:
        text = f"{HOSTILE}\nBài giải dài: {'một hai ba bốn ' * 60}\nĐáp số: {problem.answer}"
        return Response(text, 200, False, prompt, shown)
    if _draw("", problem.id) * 0.4 + draw * 0.6 < skill:
        return Response(problem.solution, tokens, True, prompt, shown)
    if draw > 0.93:
        return Response("Ta cần tìm số lớn nhất rồi chia, sau đó", 200, False, prompt, shown)
    if draw > 0.8:
        return Response("2 + 2 = 5\nĐáp số: 5", tokens, True, prompt, shown)
    return Response(
        f"Bài giải\n{problem.question[:60]}\nĐáp số: 17 kg", tokens, True, prompt, shown
    )


def _draw(name: str, id: str) -> float:
    return int(hashlib.sha256(f"{name}\0{id}".encode()).hexdigest()[:8], 16) / 2**32


def _record(name: str) -> dict[str, Any]:
    instruction = "Giải bài toán sau.\nGhi «Đáp số: …»." + HOSTILE
    return {"adapted": name == "tuned", "model": "shipped:gemma3n_tiny", "instruction": instruction}


def _speed() -> Speed:
    return Speed(
        8, Percentiles(0.0732, 0.0794, 0.08), Percentiles(0.027, 0.047, 0.05),
        Percentiles(1.508, 1.609, 1.6), 34.5, 32, 0.45, 119.6, 0, 0.512,
    )  # fmt: skip
