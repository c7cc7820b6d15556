"""Sentences that no Vietnamese textbook prints stay out of the generated problems."""

import re

import pytest

from mathpal.curriculum import FAMILIES, problem
from mathpal.curriculum.layouts import reasoned

DRAWS = 60
# (what no textbook prints, a problem that had it, the same problem as a textbook prints it)
ODDITIES = (
    (r"Vậy đáp số", "Vậy đáp số: không", "Đáp án: không"),
    (r"Đáp số: [a-zđ<>=](?! =)", "Đáp số: <", "Đáp số: x = 98"),
    (r"Đáp án: -?\d+(?: tiếng)?$", "Đáp án: 12 tiếng", "Đáp án: 1/4 < 3/4"),
    (r"\\|\$", r"Tìm số \overline{ab}.", "Tìm số có hai chữ số ab."),
    (r"đều như thế", "Nếu cứ đều như thế thì", "Hỏi với mức như vậy,"),
    (r"chữ số thường", "viết bằng chữ số thường", "viết bằng số tự nhiên"),
    (r"[Cc]ụm từ(?: sau|:)", "Trong cụm từ sau có mấy tiếng?", "Hỏi cụm từ “so với” có mấy tiếng?"),
    (r"^Tính: \d+ : \d+\n(?s:.*)\(dư", "Tính: 9 : 2\n9 : 2 = 4 (dư 1)", "Tính: 8 : 2\n8 : 2 = 4"),
    (
        r"(\w+ \w+),? giá [\d ]+ đồng một \1\b",
        "7 tờ giấy giá 1 500 đồng một tờ giấy",
        "7 tờ giấy giá 1 500 đồng một tờ",
    ),
    (
        r"\d+ (cái|chiếc|quyển|viên|bông|con) \w+ gồm \1",
        "24 cái bút gồm cái bút mực và cái bút chì",
        "24 cái bút gồm bút mực và bút chì",
    ),
    (r"(?:số|Số) cái bảng con", "Số cái bảng con ít hơn số cái tẩy", "Số bảng con ít hơn số tẩy"),
    (
        r"Tính số [^.,\d]* (?:ít|nhiều) hơn",
        "Tính số bức tranh Hùng có ít hơn Vy.",
        "Tính xem Hùng có ít hơn Vy bao nhiêu bức tranh.",
    ),
    (r"mỗi cột", "Trung bình mỗi cột ứng với bao nhiêu bạn?", "Tìm số trung bình cộng."),
    (
        r"[Tt]hời gian [^.]*? (?:nhiều|ít) hơn \d+ phút",
        "Thời gian thuyền đi nhiều hơn 45 phút.",
        "Thời gian thuyền đi dài hơn thời gian đó 45 phút.",
    ),
    (
        r"đó được (?:số|bao nhiêu) năm|là ở thế kỉ",
        "Hỏi cây cầu đó được bao nhiêu năm?",
        "Hỏi cây cầu đó đã xây xong được bao nhiêu năm?",
    ),
    (r"^Có \d+ \w+(?: \w+)? thành", "Có 18 cây thành một hàng", "Có 18 cây được trồng thành hàng"),
    (
        r"^(?!Nhân lần lượt).*:\n[\d ,]+ × 3,14 =",
        "Chu vi hình tròn là:\n0,8 × 3,14 = 2,4 + 0,112",
        "Nhân lần lượt với 3 và 0,14, cộng lại ta có chu vi là:\n0,8 × 3,14 = 2,4 + 0,112",
    ),
    (r"\b[Ss]ố k?[mg] \w", "sửa được số m đường là", "sửa được số mét đường là"),
    (r"lũy|Thủy|tàu thủy|hóa\b", "lũy thừa của 2", "luỹ thừa của 2"),
)
PATTERNS = [re.compile(pattern, re.M) for pattern, _, _ in ODDITIES]


@pytest.mark.parametrize("oddity", ODDITIES, ids=[right for _, _, right in ODDITIES])
def test_a_pattern_finds_the_odd_sentence_and_no_right_one(oddity: tuple[str, str, str]) -> None:
    pattern, wrong, right = oddity
    assert re.search(pattern, wrong, re.M)
    assert not re.search(pattern, right, re.M)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_no_problem_has_an_odd_sentence(name: str) -> None:
    for i in range(DRAWS):
        item = problem("wording", "train", name, i)
        text = f"{item.question}\n{item.solution}"
        found = [match[0] for pattern in PATTERNS if (match := pattern.search(text))]
        assert not found, f"{item.id}:\n{text}"


@pytest.mark.parametrize(
    ("answer", "last"),
    [
        ("12 tiếng", "Đáp số: 12 tiếng"),
        ("-31", "Đáp số: -31"),
        ("x = -4", "Đáp số: x = -4"),
        ("0; 3; 6; 9", "Đáp số: 0; 3; 6; 9"),
        ("4 can, thừa 1 l dầu", "Đáp số: 4 can, thừa 1 l dầu"),
        ("<", "Đáp án: <"),
        ("không", "Đáp án: không"),
        ("thứ Hai", "Đáp án: thứ Hai"),
        ("1/4 < 3/4", "Đáp án: 1/4 < 3/4"),
        ("A = {4; 6}", "Đáp án: A = {4; 6}"),
    ],
)
def test_only_a_number_is_called_a_number(answer: str, last: str) -> None:
    assert reasoned("…", answer=answer).declaration == last
