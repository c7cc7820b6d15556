"""The words of the page of a comparison, in English and Vietnamese.

One table holds both languages side by side, so that no word can be missing in one of them. What a
number or a chart means is explained in `mathpal.reporting.explanations`.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from mathpal.answers.failures import MEANINGS
from mathpal.reporting import numbers
from mathpal.reporting.explanations import EXPLANATIONS
from mathpal.reporting.numbers import Language


class Text(NamedTuple):
    """One label.

    Attributes:
        en: English; `{n}` and other names in braces stand for values.
        vi: Vietnamese.
        one: English where n is 1; "" if it does not differ.
    """

    en: str
    vi: str
    one: str = ""


LABELS: Final[Mapping[str, Text]] = {
    # head
    "over": Text("MathPal comparison", "MathPal · So sánh"),
    "skip": Text("Skip to the content", "Chuyển đến nội dung"),
    "sections": Text("Sections", "Các phần"),
    "scope": Text(
        "Every system answered the same {n} test problems of {kinds} kinds.",
        "Mỗi hệ thống trả lời cùng {n} bài kiểm tra, thuộc {kinds} dạng.",
    ),
    "verdict": Text("Verdict", "Kết luận"),
    # sections
    "systems": Text("Systems", "Các hệ thống"),
    "pairs": Text("Pairs", "Từng cặp"),
    "speed": Text("Speed and cost", "Tốc độ và chi phí"),
    "groups": Text("Groups of problems", "Các nhóm bài"),
    "failures": Text("Why answers are wrong", "Vì sao trả lời sai"),
    "flips": Text("Where two systems differ", "Hai hệ thống khác nhau ở đâu"),
    "problems": Text("Problems", "Các bài toán"),
    "asked": Text("How the systems were asked", "Cách hỏi các hệ thống"),
    "repeat": Text("How to repeat it", "Cách làm lại"),
    # tables
    "measure": Text("Measure", "Chỉ số"),
    "untrained": Text("no training", "không huấn luyện"),
    "of": Text("{part} of {whole}", "{part} trên {whole}"),
    "pair": Text("Second − first", "Thứ hai − thứ nhất"),
    "difference": Text("Difference, points", "Chênh lệch, điểm %"),
    "interval": Text("95 % interval", "Khoảng tin cậy 95 %"),
    "won_lost": Text("Won : lost", "Hơn : kém"),
    "p": Text("p", "p"),
    "mcnemar": Text("p by McNemar", "p theo McNemar"),
    "detectable": Text("Detectable, points", "Phát hiện được, điểm %"),
    "decided": Text("decided (p below 0.05)", "đã rõ (p dưới 0,05)"),
    "undecided": Text("undecided", "chưa rõ"),
    "no_interval": Text("no interval", "không có khoảng"),
    "none": Text("none", "không có"),
    "group": Text("Group", "Nhóm"),
    "problem_column": Text("Problems", "Bài"),
    "cohort": Text("By cohort", "Theo loại dạng bài"),
    "grade": Text("By grade", "Theo lớp"),
    "topic": Text("By topic", "Theo chủ đề"),
    "family": Text("By family", "Theo dạng bài"),
    "rows": Text("{n} rows", "{n} dòng", "1 row"),
    "one_grade": Text("Grade {name}", "Lớp {name}"),
    "new": Text("New families", "Dạng bài mới"),
    "old": Text("Old families", "Dạng bài cũ"),
    "kind_of_failure": Text("Kind", "Loại lỗi"),
    "wrong_in_all": Text("Wrong answers", "Trả lời sai"),
    "left_unanswered": Text("{name}, {n} unanswered:", "{name}, {n} câu không trả lời:"),
    # speed
    "not_measured": Text("not measured", "không đo"),
    "no_speed": Text(
        "Speed was not measured: the comparison ran with speed=0.",
        "Không đo tốc độ: lần so sánh này chạy với speed=0.",
    ),
    "ttft": Text("First piece of text (TTFT)", "Chờ đoạn chữ đầu tiên (TTFT)"),
    "between": Text("Between two pieces", "Giữa hai đoạn chữ"),
    "total": Text("Whole answer", "Cả câu trả lời"),
    "alone": Text("Tokens per second, one question", "Token mỗi giây, từng câu một"),
    "together": Text("Tokens per second, many questions", "Token mỗi giây, nhiều câu cùng lúc"),
    "each": Text("Time for one of many questions", "Thời gian mỗi câu khi hỏi nhiều câu"),
    "memory": Text("Peak memory", "Bộ nhớ cao nhất"),
    "failed": Text("Failed while measuring", "Lỗi khi đo"),
    "training": Text("Training", "Huấn luyện"),
    "right_answer": Text("A right answer at {n} questions", "Một đáp án đúng khi hỏi {n} câu"),
    "never_right": Text("none is right", "không câu nào đúng"),
    # flips
    "flip": Text("{second} instead of {first}", "{second} thay cho {first}"),
    "newly_right": Text("{n} newly right", "{n} bài thành đúng"),
    "newly_wrong": Text("{n} newly wrong", "{n} bài thành sai"),
    "more_flips": Text(
        "and {n} more; the filter “Systems differ” below shows them all",
        "và {n} bài nữa; bộ lọc “Khác nhau” bên dưới cho xem tất cả",
    ),
    # one problem
    "gold": Text("Gold answer:", "Đáp án:"),
    "extracted": Text("Answer read:", "Đáp số đọc được:"),
    "checker": Text("Checker:", "Bộ chấm:"),
    "false_step": Text("False step:", "Bước sai:"),
    "sources": Text("Examples shown:", "Bài mẫu đã cho xem:"),
    "tokens": Text("{n} tokens", "{n} token", "1 token"),
    "empty": Text("(an empty answer)", "(câu trả lời trống)"),
    "reason": Text("No answer:", "Không có câu trả lời:"),
    "cut_off": Text("cut off", "bị cắt"),
    "loose": Text("right in any layout", "đúng nếu bỏ qua cách trình bày"),
    "left_out": Text(
        "({n} more characters in samples.jsonl)", "(còn {n} kí tự trong samples.jsonl)"
    ),
    # filters
    "search": Text("Search", "Tìm"),
    "search_hint": Text("words of question or answer", "chữ trong đề hoặc câu trả lời"),
    "filter_grade": Text("Grade", "Lớp"),
    "filter_topic": Text("Topic", "Chủ đề"),
    "filter_family": Text("Family", "Dạng bài"),
    "filter_system": Text("System", "Hệ thống"),
    "filter_verdict": Text("Its answer is", "Hệ đó trả lời"),
    "filter_flips": Text("Systems differ", "Khác nhau"),
    "any": Text("any", "tất cả"),
    "right": Text("right", "đúng"),
    "not_right": Text("not right", "không đúng"),
    "verdicts": Text("Verdict", "Kết quả chấm"),
    "differ": Text("some right, some wrong", "hệ đúng, hệ sai"),
    "all_right": Text("all right", "đều đúng"),
    "all_wrong": Text("all wrong", "đều sai"),
    "only_right": Text("{right} right, {wrong} wrong", "{right} đúng, {wrong} sai"),
    "reset": Text("Clear filters", "Bỏ lọc"),
    "open_all": Text("Open those shown", "Mở các bài đang hiện"),
    "close_all": Text("Close all", "Đóng tất cả"),
    "show_more": Text("Show {some} more", "Hiện thêm {some} bài"),
    "status": Text(
        "{found} of {total} problems match; {shown} are shown.",
        "{found} trên {total} bài phù hợp; đang hiện {shown} bài.",
    ),
    "hint": Text("Scroll sideways for more columns", "Cuộn ngang để xem thêm cột"),
    # end
    "settings": Text("Settings of all systems", "Thiết lập chung"),
    "no_command": Text("The command was not recorded.", "Lệnh đã chạy không được ghi lại."),
    "footer": Text(
        "Made from compare.json, samples.jsonl and performance.json in {place}; nothing on this "
        "page is loaded from elsewhere.",
        "Tạo từ compare.json, samples.jsonl và performance.json trong {place}; trang này không tải "
        "gì từ nơi khác.",
    ),
}

# Of each verdict the sign and the words: colour alone tells nothing.
VERDICTS: Final[Mapping[str, tuple[str, Text]]] = {
    "correct": ("✓", Text("right", "đúng")),
    "wrong": ("✗", Text("wrong", "sai")),
    "wrong_unit": ("✗", Text("wrong unit", "sai đơn vị")),
    "wrong_form": ("✗", Text("wrong form", "sai dạng")),
    "no_answer": ("?", Text("no readable answer", "không đọc được đáp số")),
    "multiple_answers": ("?", Text("several answers", "nhiều đáp số")),
    "ambiguous": ("?", Text("doubtful answer", "đáp số không rõ")),
    "unanswered": ("!", Text("unanswered", "không trả lời")),
}

# Of each kind of failure the name and the meaning.
FAILURES: Final[Mapping[str, tuple[Text, Text]]] = {
    "truncated": (
        Text("cut off", "bị cắt"),
        Text(MEANINGS["truncated"], "hết số token cho phép trước khi ghi đáp số"),
    ),
    "layout": (
        Text("layout", "trình bày"),
        Text(
            MEANINGS["layout"],
            "không đọc được đáp số, có nhiều đáp số hoặc đáp số không rõ; cách giải có thể đúng",
        ),
    ),
    "unit": (
        Text("unit", "đơn vị"),
        Text(MEANINGS["unit"], "số đúng, nhưng đơn vị, tên gọi, chiều hoặc dạng viết thì sai"),
    ),
    "arithmetic": (
        Text("arithmetic", "tính toán"),
        Text(MEANINGS["arithmetic"], "có một bước tính sai"),
    ),
    "plan": (
        Text("plan", "cách giải"),
        Text(MEANINGS["plan"], "không thấy bước nào sai, nhưng đáp số khác"),
    ),
}


def translator(language: Language) -> Callable[..., str]:
    """Return the function that gives a label in the language.

    It takes the label's key, and values for the names in braces; n is a whole number.
    """

    def label(key: str, n: int | None = None, **values: str) -> str:
        found = LABELS[key] if key in LABELS else Text(*EXPLANATIONS[key])
        pattern = found.one if n == 1 and language == "en" and found.one else found[
            ("en", "vi").index(language)
        ]  # fmt: skip
        text = pattern.format(**values, n="" if n is None else numbers.count(n, language))
        return text.replace(" %", f"{numbers.SPACE}%")

    return label


def chosen(text: Text, language: Language) -> str:
    """Return a text in the language."""
    return text.vi if language == "vi" else text.en
