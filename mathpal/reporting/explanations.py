"""What the numbers on the page of a comparison mean, in English and Vietnamese: whole sentences."""

from collections.abc import Mapping
from typing import Final

EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "scope_more": (
        "Problems of one family, or that differ only in their numbers, are of one kind: they are "
        "alike and count as one cluster in intervals and p.",
        "Các bài cùng dạng, hoặc chỉ khác nhau ở con số, là một dạng: chúng giống nhau nên được "
        "tính là một cụm khi tìm khoảng tin cậy và p.",
    ),
    "systems_chart": (
        "Right answers of each system. The dot is the share in the test, the bar its 95 % "
        "interval.",
        "Tỉ lệ trả lời đúng của mỗi hệ thống. Chấm là tỉ lệ trong bài kiểm tra, thanh là khoảng "
        "tin cậy 95 %.",
    ),
    "accuracy": ("Right answers", "Trả lời đúng"),
    "accuracy_more": (
        "declared so that the checker can read them",
        "đáp số được ghi rõ để bộ chấm đọc được",
    ),
    "lenient": ("Right in any layout", "Đúng nếu bỏ qua cách trình bày"),
    "lenient_more": (
        "where no answer is declared, the last result counts",
        "nếu không ghi đáp số thì lấy kết quả cuối cùng",
    ),
    "unreadable": ("No readable answer", "Không đọc được đáp số"),
    "unreadable_more": ("nothing is declared", "không ghi đáp số nào"),
    "unfinished": ("Cut off", "Bị cắt"),
    "unfinished_more": ("at the limit of tokens", "vì hết số token cho phép"),
    "steps": ("Valid steps", "Bước tính đúng"),
    "steps_more": (
        "of the steps of calculation that can be checked",
        "trong các bước tính kiểm tra được",
    ),
    "consistent": ("Right where every step is valid", "Đúng khi mọi bước đều đúng"),
    "consistent_more": (
        "the others calculate well, but not what was asked",
        "các câu còn lại tính đúng nhưng không đúng điều được hỏi",
    ),
    "answer_tokens": ("Tokens of an answer", "Số token của câu trả lời"),
    "answer_tokens_more": ("mean", "trung bình"),
    "prompt_tokens": ("Tokens of a prompt", "Số token của câu hỏi"),
    "prompt_tokens_more": (
        "mean, with instruction and examples",
        "trung bình, kể cả lời dặn và bài mẫu",
    ),
    "unanswered": ("Unanswered", "Không trả lời"),
    "unanswered_more": ("they count as wrong", "tính là sai"),
    "no_pairs": (
        "A single system was asked, so there is no pair to compare.",
        "Chỉ có một hệ thống nên không có cặp nào để so sánh.",
    ),
    "pairs_chart": (
        "Right answers of the second system minus those of the first, in percentage points. Right "
        "of zero the system that is named first answers more.",
        "Tỉ lệ đúng của hệ thống thứ hai trừ hệ thống thứ nhất, theo điểm phần trăm. Ở bên phải số "
        "0, hệ thống ghi trước trả lời đúng nhiều hơn.",
    ),
    "how_to_read": ("How to read these numbers", "Cách đọc các số này"),
    "read_difference": (
        "The interval holds the true difference in 95 of 100 such tests. If zero lies inside, the "
        "test cannot say which system is better.",
        "Trong 100 lần kiểm tra như vậy, khoảng tin cậy chứa chênh lệch thật khoảng 95 lần. Nếu số "
        "0 nằm trong khoảng thì chưa thể nói hệ thống nào tốt hơn.",
    ),
    "read_won": (
        "Won : lost counts the problems that only the second system, and only the first system, "
        "answers correctly.",
        "Hơn : kém là số bài chỉ hệ thống thứ hai làm đúng và số bài chỉ hệ thống thứ nhất làm "
        "đúng.",
    ),
    "read_p": (
        "p is the chance of a difference this large if both systems were equally good. It is "
        "corrected for the number of pairs (Holm); the intervals are not.",
        "p là xác suất thấy chênh lệch lớn như vậy nếu hai hệ thống giỏi như nhau. p đã được hiệu "
        "chỉnh theo số cặp (Holm), khoảng tin cậy thì không.",
    ),
    "read_mcnemar": (
        "McNemar's test takes every problem as independent, which is too hopeful where many "
        "problems are of one kind.",
        "Phép thử McNemar coi mọi bài là độc lập, nên quá lạc quan khi nhiều bài cùng một dạng.",
    ),
    "read_detectable": (
        "Detectable is the smallest true difference that a test of this size finds in 80 of 100 "
        "cases.",
        "Phát hiện được là chênh lệch thật nhỏ nhất mà bài kiểm tra cỡ này tìm ra trong 80 trên "
        "100 trường hợp.",
    ),
    "together_more": ("asked together, {n} questions", "hỏi cùng lúc {n} câu"),
    "memory_more": (
        "of the GPU; on a CPU, of the whole process so far",
        "của GPU; nếu chạy trên CPU thì của cả tiến trình",
    ),
    "speed_scope": (
        "Times of this machine, measured with few questions: they serve to compare the systems. Of "
        "two times, half of the answers are faster than the first, and 95 of 100 faster than the "
        "second.",
        "Thời gian trên máy này, đo với ít câu hỏi: chỉ dùng để so các hệ thống với nhau. Khi ghi "
        "hai số, một nửa số câu nhanh hơn số thứ nhất và 95 % số câu nhanh hơn số thứ hai.",
    ),
    "cost_scope": (
        "A right answer costs the time of answering and a share of the training, wrong answers "
        "included.",
        "Một đáp án đúng tốn thời gian trả lời và phần huấn luyện chia đều, kể cả cho các câu sai.",
    ),
    "groups_scope": (
        "Right answers by group, with 95 % intervals as bars from 0 to 100 %. Groups of fewer than "
        "10 problems are grey: they show little.",
        "Tỉ lệ đúng theo nhóm; thanh là khoảng tin cậy 95 %, từ 0 đến 100 %. Nhóm dưới 10 bài có "
        "màu xám vì chưa nói lên nhiều.",
    ),
    "no_groups": (
        "All problems are of one cohort, grade, topic and family.",
        "Tất cả các bài cùng một loại, một lớp, một chủ đề và một dạng.",
    ),
    "failures_scope": (
        "Each wrong answer has one kind, the first in this order that fits.",
        "Mỗi câu trả lời sai thuộc một loại: loại đầu tiên phù hợp theo thứ tự này.",
    ),
    "flips_scope": (
        "Problems that only one of two systems answers correctly.",
        "Các bài mà chỉ một trong hai hệ thống làm đúng.",
    ),
    "asked_scope": (
        "What is recorded of each system, and the settings that hold for all of them.",
        "Những gì được ghi lại về mỗi hệ thống và thiết lập chung.",
    ),
    "repeat_scope": (
        "Run it from the root of the repository. Add into={place} to resume: what is answered is "
        "not asked again.",
        "Chạy từ thư mục gốc của kho mã. Thêm into={place} để chạy tiếp: câu đã trả lời không bị "
        "hỏi lại.",
    ),
}
