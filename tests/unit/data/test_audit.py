"""The checks of an audit, each with its near miss."""

import json
from functools import partial
from pathlib import Path

import pytest

from mathpal.data.audit import CHECKS, GROUPS, audit, material, over, text_table, write_audit
from mathpal.data.audit.golds import displaced, goes_on
from mathpal.data.audit.language import is_maths, is_syllable, language
from mathpal.data.audit.lengths import measure
from mathpal.data.audit.texts import cut_off, encoding_findings, unclosed
from mathpal.data.conversations import conversations
from mathpal.data.files import file
from mathpal.data.finish import EVERY_ROW, finish
from mathpal.data.mixture import mixture
from mathpal.data.preference import preference
from mathpal.data.sieve import sieve
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits
from mathpal.settings.capabilities import Limits, declares
from tests.conftest import write
from tests.unit.data.test_sources import chat, questions

EXAMS = Path(__file__).resolve().parents[4] / "shared" / "data" / "exams" / "train.json"


def audited(tmp_path, rows, **settings):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return audit(material(partial(file, path=path, **settings)))


def row(question="Lan có 3 kẹo, mẹ cho thêm 4 kẹo. Hỏi Lan có bao nhiêu kẹo?",
        solution="Lan có số kẹo là:\n3 + 4 = 7 (kẹo)\nĐáp số: 7 kẹo"):  # fmt: skip
    return {"question": question, "solution": solution}


def codes(tmp_path, question=None, solution=None):
    given = {k: v for k, v in (("question", question), ("solution", solution)) if v is not None}
    return {finding.code for finding in audited(tmp_path, [row(**given)]).findings[0]}


def test_a_sound_row_has_no_finding(tmp_path):
    assert codes(tmp_path) == set()


@pytest.mark.parametrize(
    ("code", "question", "solution"),
    [
        ("tcvn3", "Ph©n lo¹i tam gi¸c cã c¹nh b»ng 5 cm", None),
        ("replacement", "Tính di\ufffdn tích hình vuông cạnh 5 cm", None),
        ("mojibake", "PhÃ¢n loáº¡i tam giÃ¡c cÃ³ cáº¡nh 5 cm", None),
        ("nfd", "Ti\u0301nh chu vi hi\u0300nh vuông cạnh 5 cm", None),
        ("invisible", "Tính chu vi hình vuông\u200b cạnh 5 cm", None),
        ("markup", "Tính <b>chu vi</b> hình vuông cạnh 5 cm", None),
        ("image", "Tính chu vi hình sau ![](h.png) biết cạnh 5 cm", None),
        ("letter", None, "3 + 4 = 7 (kẹo)\nChọn B"),
        ("options_missing", None, "3 + 4 = 7 (kẹo)\nChọn B"),
        ("truncated_solution", None, "Lan có số kẹo là:\n3 + 4 ="),
        ("truncated_question", "Tính $3 + 4 biết rằng số đó lớn hơn 2", None),
        ("no_solution", None, "Chưa có lời giải cho câu hỏi này."),
        ("not_vietnamese", "Lan has 3 apples and buys 4 more of them. How many are there?",
         "There are 3 + 4 = 7 apples in the basket of the girl.\nĐáp số: 7"),
        ("not_maths", "Từ nào là tính từ trong đoạn văn trên?", "Can đảm là tính từ\nĐáp án: C"),
        ("no_gold", None, "Lan có 3 + 4 = 7 kẹo"),
        ("unparsable_gold", None, "3 + 4 = 7 (kẹo)\nĐáp số: tự vẽ hình"),
        ("contradicts", None, "Đáp số: 7 kẹo\nĐáp số: 8 kẹo"),
        ("step_invalid", None, "3 + 4 = 8 (kẹo)\nĐáp số: 8 kẹo"),
        ("not_reached", None, "3 + 4 = 7 (kẹo)\nĐáp số: 9 kẹo"),
        ("early_answer", None, "Vậy có 7 kẹo.\nSau đó Lan ăn 2 kẹo, còn 5 kẹo"),
        ("displaced", "Số kẹo là 3 + 4 = 7 (kẹo)\nSố bánh là 7 - 2 = 5 (cái)", "Đáp số: 5 cái"),
    ],
)  # fmt: skip
def test_each_check_names_its_row(tmp_path, code, question, solution):
    assert code in codes(tmp_path, question, solution)


@pytest.mark.parametrize(
    ("code", "question", "solution"),
    [
        ("tcvn3", "Diện tích 5 m² và thể tích 3 cm³ là bao nhiêu?", None),
        ("options_missing", "Lan có 3 + 4 kẹo.\nA. 6 kẹo\nB. 7 kẹo\nC. 8 kẹo\nD. 9 kẹo",
         "3 + 4 = 7 (kẹo)\nChọn B"),
        ("truncated_solution", None, "3 + 4 = 7 (kẹo)\nChọn A"),
        ("truncated_solution", None, "a) Có 7 kẹo\nb) 2 kẹo\nĐáp số: a) 7 kẹo; b) 2 kẹo"),
        ("truncated_question", "Giá $5 + 3$ là bao nhiêu \\$ và {2} kẹo?", None),
        ("not_vietnamese", "Tính: 12 + 3 = ?", "12 + 3 = 15\nĐáp số: 15"),
        ("not_maths", "Câu 3. Số nào đứng thứ tư?", "Đáp án: C"),
        ("not_reached", None, "Một nửa của 1 là $\\frac{1}{2}$.\n1 : 2 = 0,5\nĐáp số: 1/2"),
        ("early_answer", None, "Vậy có 7 kẹo.\nĐáp số: 7 kẹo"),
        ("displaced", None, "3 + 4 = 7"),
        ("contradicts", None, "Đáp số: 7 kẹo\nĐáp số: 7 kẹo"),
    ],
)  # fmt: skip
def test_a_near_miss_is_not_named(tmp_path, code, question, solution):
    assert code not in codes(tmp_path, question, solution)


@pytest.mark.parametrize("word", "nghiêng khuỷu quyển giếng uống đường tích xếp hoà chuyện".split())
def test_vietnamese_syllables_are_possible(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", "tich square bằngg fở ngk đđi wa tìch zero".split())
def test_other_words_are_not(word):
    assert not is_syllable(word)


def test_language_needs_words_to_judge_by_and_tells_lost_marks_from_english():
    assert language("Tính: 12 × 3").verdict == "unclear"
    assert language("Tinh dien tich hinh vuong canh 5 cm biet chu vi").verdict == "unmarked"
    assert language("Find the area of a square with a side of 5 cm").verdict == "other"
    assert language("Đổi: 42 m² 134 cm² ra mét vuông").verdict == "vietnamese"


def test_english_mathematics_is_mathematics():
    assert is_maths("How many apples are left?", "Some")
    assert not is_maths("Câu 5 (2,0 điểm). Đặt câu với từ “bay”.", "Chim bay.")


@pytest.mark.parametrize("text", ["", "a {b}", "\\{1; 2\\}", "$a$ và $b$", "\\left( a \\right)"])
def test_closed_formulas_are_closed(text):
    assert unclosed(text) == ""


def test_open_formulas_and_ends_are_named():
    assert unclosed("$a") and unclosed("{a") and unclosed("\\begin{cases} a")
    assert cut_off("chiều cao của") == "it ends with 'của'"
    assert cut_off("") == ""


def test_encoding_findings_survive_bytes_that_are_no_utf8():
    assert "bad_utf8" in {f.code for f in encoding_findings("T\udcednh 1 + 2")}


def test_duplicates_name_all_but_the_first(tmp_path):
    same = [row(), row(), row("câu 1:  LAN có 3 kẹo, mẹ cho thêm 4 kẹo. Hỏi Lan có bao nhiêu kẹo")]
    other = row("Lan có 5 kẹo, mẹ cho thêm 6 kẹo. Hỏi Lan có bao nhiêu kẹo?")
    found = audited(tmp_path, [*same, other]).findings
    names = [{f.code for f in finding if "duplicate" in f.code} for finding in found]
    assert names[0] == set()
    assert {"duplicate_exact", "duplicate_wording", "duplicate_masked"} <= names[1]
    assert "duplicate_exact" not in names[2] and "duplicate_wording" in names[2]
    assert "duplicate_masked" in names[3] and "duplicate_wording" not in names[3]


def test_texts_cut_at_one_length_are_found_and_a_lone_longest_is_not(tmp_path):
    cut = [row(f"Tính {i} + {i} rồi cộng thêm {i}", "a" * 300) for i in range(4)]
    short = [row(f"Tính {i} - 1 rồi nhân với {i}", "a" * (200 + i)) for i in range(9)]
    assert audited(tmp_path, cut + short).counts["at_limit"] == 4
    assert audited(tmp_path, cut[:1] + short).counts["at_limit"] == 0


@pytest.mark.parametrize(
    "end", ["Đáp số: 12 cái", "Vậy An có 12 cái kẹo.", "**Đáp án:** B", "Chọn C.", "Hết rồi!"]
)
def test_a_finished_text_at_the_greatest_length_is_not_cut(tmp_path, end):
    rows = [
        row(f"{name} có {i} bi, mẹ cho {i}, hỏi?", f"Số bi là: {'a' * 80}\n{end}")
        for i, name in enumerate("An Bình Chi Dũng Giang".split())
    ]
    short = [row(f"Tính {i} - 1 rồi nhân với {i}", "a" * (40 + i)) for i in range(9)]
    assert audited(tmp_path, rows + short).counts["at_limit"] == 0
    for cell in rows:
        cell["solution"] = cell["solution"][:80]
    assert audited(tmp_path, rows + short).counts["at_limit"] == 5


def test_generated_problems_of_one_length_are_not_taken_for_cut_ones():
    from mathpal.data.vimath import vimath

    source = partial(vimath, train=60, families=["bang_nhan_2_5"], test_per_family=8)
    assert audit(material(source)).counts["at_limit"] == 0


def test_unreadable_rows_are_counted_not_fatal(tmp_path):
    rows = [row(), {"question": "Tính"}, 7, {"question": "", "solution": "x"}]
    found = audited(tmp_path, [*rows, *(row(f"Viết số {i}") for i in range(3))])
    assert found.counts["unreadable"] == 3
    assert found.groups["unusable"] >= 3


def test_data_that_a_run_refuses_is_audited_all_the_same(tmp_path):
    found = audited(tmp_path, [row("Ph©n lo¹i tam gi¸c", "TÝnh diÖn tÝch tam gi¸c")] * 3)
    assert found.groups["damaged"] == 3
    assert "train on" in found.material.refusal
    assert found.checkable == []
    assert "refuses" in text_table(found)


def test_a_source_that_cannot_be_read_is_an_error(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text("{")
    with pytest.raises(DataError, match="JSON"):
        material(partial(file, path=path))


def test_a_threshold_is_passed_by_more_not_by_as_many(tmp_path):
    found = audited(tmp_path, [row(), row("Viết số 5", "Đáp số: tự vẽ hình")])
    assert found.shares["gold"] == 0.5
    assert over(found, {"gold": 0.5, "steps": 0.0, "leakage": None}) == []
    assert "gold: 1 rows" in over(found, {"gold": 0.49})[0]


def test_every_row_is_in_one_of_the_two_files_and_the_checkable_ones_train(tmp_path):
    rows = [row(f"Lan có {i} kẹo, cho bạn {c} 2 kẹo. Hỏi còn mấy kẹo?") for i, c in
            enumerate("An Ba Chi Dung Em Hoa Giang Khoa Liên Mai Nam Oanh".split(), 1)]  # fmt: skip
    found = audited(tmp_path, [*rows, row("x", "")])
    write_audit(found, tmp_path / "out")
    kept, left = (
        [json.loads(line) for line in (tmp_path / "out" / f"{name}.jsonl").read_text().splitlines()]
        for name in ("checkable", "quarantine")
    )
    assert {entry["row"] for entry in kept + left} == set(range(1, 14))
    assert all(entry["reasons"] for entry in left)
    splits = file(None, path=tmp_path / "out" / "checkable.jsonl", answer="answer")
    assert len(splits.train) + len(splits.validation) + len(splits.test) == len(kept)


def test_every_group_has_a_threshold_in_the_yaml_and_the_other_way_about():
    import yaml

    conf = Path(__file__).resolve().parents[3] / "conf" / "data_audit.yaml"
    assert set(yaml.safe_load(conf.read_text())["fail_on"]) == set(GROUPS)
    assert {check.group for check in CHECKS.values()} < set(GROUPS)


def hub_like(folder, *, train, test, **settings):
    """A source with splits of its own, like `data=hub`."""
    columns = {"question": "question", "solution": "solution"}
    rows = {name: write(folder / f"{name}.json", given) for name, given in
            (("train", train), ("test", test))}  # fmt: skip

    @declares(limits=Limits(audited=EVERY_ROW))
    def source(run_dir, *, validation_share=0.0, max_test=200, max_quarantine=0.2):
        from mathpal.data.reading import read_rows

        given = {
            name: sieve(read_rows(path, columns=columns), columns=columns, max_characters=20_000)
            for name, path in rows.items()
        }
        return finish(
            given, run_dir, source="rows", facts={"title": "rows"}, max_test=max_test,
            validation_share=validation_share, max_quarantine=max_quarantine,
        )  # fmt: skip

    return partial(source, **settings)


def test_leaks_that_a_source_drops_are_audited(tmp_path):
    rows = questions(9)
    found = audit(material(hub_like(tmp_path, train=rows[:8], test=[rows[0], rows[8]])))
    assert len(found.material.entries) == 10
    assert found.counts["leak_exact"] == found.counts["gives_away"] == 1
    assert found.shares["leakage"] == 0.5
    assert "leakage: 1 rows, 50.00 %" in over(found, {"leakage": 0.0})[0]
    named = {entry.split: codes for entry, codes in zip(
        found.material.entries, ([f.code for f in finding] for finding in found.findings),
        strict=True) if codes}  # fmt: skip
    assert "leak_exact" in named["test"] and "gives_away" in named["train"]
    sound = audit(material(hub_like(tmp_path, train=rows[:8], test=[rows[8]])))
    assert sound.groups["leakage"] == sound.groups["dropped"] == 0


def test_leaks_of_a_file_are_audited_though_a_run_drops_them(tmp_path):
    text = "Một cửa hàng buổi sáng bán 25 kg gạo, buổi chiều bán hơn 7 kg. Hỏi cả ngày bán {}?"
    twins = [row(text.format(f"được {name}")) for name in "An Ba Chi Dung Em Hoa Mai".split()]
    found = audited(tmp_path, [*questions(40), *twins], test_share=0.4)
    kept = file(None, path=tmp_path / "rows.json", test_share=0.4)
    lost = kept.notes["leaks"] + kept.notes["validation_leaks"]
    assert len(found.material.entries) == 47
    assert found.counts["gives_away"] == lost > 0 < found.counts["leak_near"]
    assert sum(found.material.sizes.values()) == 47 - lost


def test_no_row_vanishes_behind_the_limit_of_the_test(tmp_path):
    found = audit(material(hub_like(tmp_path, train=questions(20), test=questions(60)[30:],
                                    max_test=3)))  # fmt: skip
    assert (len(found.material.entries), found.material.sizes["test"]) == (50, 30)


def pairs(count):
    return [
        {"prompt": r["question"], "chosen": r["solution"], "rejected": f"Em không biết {word}."}
        for r in questions(count // 2) for word in ("gì", "đâu")
    ]  # fmt: skip


def test_two_pairs_of_one_prompt_are_no_copies(tmp_path):
    path = write(tmp_path / "a.json", [*pairs(40), pairs(40)[0]])
    found = audit(material(partial(preference, path=path, test_share=0.4)))
    assert len(found.material.entries) == 41
    assert found.counts["duplicate_exact"] == found.groups["duplicates"] == 1
    assert found.counts["duplicate_masked"] == 0
    same = audit(material(partial(preference, path=path, max_test=1, test_share=0.4)))
    assert same.counts == found.counts


def test_talks_that_end_alike_are_no_copies_and_stay_whole(tmp_path):
    why = {"question": "Vì sao?", "solution": "3 + 4 = 7\nĐáp số: 7"}
    talks = [chat(why, ("system", "Gia sư"), ("user", r["question"]), ("assistant", r["solution"]))
             for r in questions(40)]  # fmt: skip
    source = partial(conversations, path=write(tmp_path / "a.json", talks), test_share=0)
    found = audit(material(source))
    assert found.groups["duplicates"] == found.counts["duplicate_masked"] == 0
    write_audit(found, tmp_path / "out")
    lines = (tmp_path / "out" / "checkable.jsonl").read_text().splitlines()
    assert lines and json.loads(lines[0])["messages"][0] == {"role": "system", "content": "Gia sư"}
    again = conversations(None, path=tmp_path / "out" / "checkable.jsonl", answer="answer")
    assert again.notes["kept"] == len(lines)
    assert all(len(problem.messages) == 5 for problem in again.train)


def test_checkable_pairs_train_as_pairs(tmp_path):
    source = partial(preference, path=write(tmp_path / "a.json", pairs(20)))
    write_audit(audit(material(source)), tmp_path / "out")
    again = preference(None, path=tmp_path / "out" / "checkable.jsonl", prompt="question",
                       chosen="solution", answer="answer")  # fmt: skip
    assert again.notes["kept"] == 20
    assert {p.rejected for p in again.train} == {"Em không biết gì.", "Em không biết đâu."}


def test_a_leak_in_an_earlier_turn_is_named(tmp_path):
    asked = questions(1)[0]
    after = ("user", asked["question"]), ("assistant", asked["solution"])
    turns = (*after, ("user", "Cảm ơn thầy"), ("assistant", "Không có gì"))
    talk = Problem("a", "Cảm ơn thầy", "Không có gì", "1", messages=turns)
    test = Problem("t", asked["question"], asked["solution"], "5 kẹo")

    def source(run_dir):
        return Splits([talk], [], [test], {})

    assert audit(material(partial(source))).counts["leak_exact"] == 1


def test_rows_left_out_of_a_mixture_are_audited(tmp_path):
    rows = [*questions(20), {"question": "", "solution": "x"}, {"question": "x", "solution": 7}]
    path = write(tmp_path / "a.json", rows)
    inner = partial(file, path=path, max_quarantine=0.0, max_test=1, test_share=0.5)
    few = partial(file, path=write(tmp_path / "b.json", questions(60)[40:]))
    source = partial(mixture, sources={"own": partial(mixture, sources={"in": inner}), "few": few},
                     weights={"own": 1, "few": 9}, train=100)  # fmt: skip
    found = audit(material(source))
    assert found.counts["unreadable"] == 2
    assert len(found.material.entries) == 42
    assert found.counts["duplicate_exact"] == 0
    named = {entry.row for entry in found.material.entries if entry.fault is not None}
    assert {"own/in/21", "own/in/22"} <= named


@pytest.mark.parametrize(("cell", "gold"), [(12.345, "12,345"), (5e-05, "0,00005"), (7, "7")])
def test_the_gold_is_the_one_of_a_run(tmp_path, cell, gold):
    found = audited(tmp_path, [row() | {"gold": cell}], answer="gold", test_share=0)
    assert found.material.entries[0].gold == gold
    (problem,) = file(None, path=tmp_path / "rows.json", answer="gold", test_share=0).train
    assert problem.answer == gold


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (row("Bài 9.\n![](https://h/1.png)"), "image_only"),
        (row(solution="Đáp số: 7 kẹo " + "a" * 30_000), "too_long"),
        ({"question": "Tính"}, "missing_key"),
    ],
)
def test_a_row_that_a_run_refuses_has_a_finding_with_the_runs_reason(tmp_path, given, code):
    rows = [*(row(f"{r['question']}", r["solution"]) for r in questions(8)), given]
    found = audited(tmp_path, rows)
    (entry,) = (entry for entry in found.material.entries if entry.fault is not None)
    assert entry.fault.code == code and entry.split == ""
    assert any(f.message.startswith(code) for f in found.findings[8])
    assert found.groups["unreadable"] == 1
    assert file(None, path=tmp_path / "rows.json").notes["quarantined"] == {code: 1}


def test_no_source_speaks_of_a_file_that_is_gone(tmp_path, caplog):
    audited(tmp_path, [row(), {"question": "Tính"}])
    assert "left out" not in caplog.text


def test_generated_data_have_no_leaks_and_no_variants_by_design():
    from mathpal.data.vimath import vimath

    found = audit(material(partial(vimath, train=60, grades=[5], test_per_family=2)))
    assert found.groups["leakage"] == found.groups["variants"] == 0
    assert found.material.raw is False


def test_a_histogram_counts_every_text_once():
    found = measure("row", "tokens", [*range(100), 10_000], limit=50)
    assert sum(found.bars) == 101 and found.above == 50
    assert found.quantiles["longest"] == 10_000
    assert sum(measure("row", "tokens", [0]).bars) == 1


def test_answers_after_vay_and_swapped_columns():
    assert goes_on("Vậy có 7 kẹo.\nCòn lại 5 kẹo") and not goes_on("Vậy có 7 kẹo.\nThử lại đúng")
    assert displaced("3 + 4 = 7\n7 - 2 = 5", "Chọn B")
    assert not displaced("3 + 4 = 8\n7 - 2 = 6", "Chọn B")


@pytest.mark.skipif(not EXAMS.is_file(), reason="the exam rows are not at hand")
def test_the_known_facts_of_the_exam_rows():
    found = audit(material(partial(file, path=EXAMS)))
    counts = found.counts
    assert (counts["duplicate_exact"], counts["duplicate_wording"]) == (8, 16)
    assert counts["image"] == 117
    assert counts["options_missing"] > 0.7 * counts["letter"] > 120
    assert counts["step_invalid"] >= 15
    assert found.groups["damaged"] == 0
    assert 0 < found.groups["leakage"] <= found.counts["gives_away"] < 20
    assert 300 < len(found.checkable) < 500


@pytest.mark.parametrize(
    "whole",
    ["Đáp số: Có", "2 < 3.\n**Đáp án: có**", "Trả lời: được", r"a \leftarrow 3",
     r"x \leftrightarrow y", r"\left(1\right)"],
)  # fmt: skip
def test_a_short_answer_and_an_arrow_are_no_truncation(whole: str) -> None:
    assert cut_off(whole) == ""
    assert cut_off(r"\left( 1 \rightarrow 2") == "a \\left without its \\right"
    assert cut_off("Vậy ta có") != ""
