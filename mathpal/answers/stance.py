"""Tells from the words of a sentence how its writer stands to an answer given before.

A sentence takes an answer back if it has a word of fault ("nhầm", "không dùng được") together with
a word that means the answer or the writer, or if it begins with the fault. It speaks of others if
it tells of their mistakes, of what to avoid, or of another case. Reads no values.
"""

import re
from typing import Literal

Stance = Literal["withdraws", "doubts", "confirms", "others", ""]


def _words(table: str) -> re.Pattern[str]:
    """Return the pattern of whole words of a table: regular expressions that ";" separates.

    A line end counts as a space; "<not>" and "<solution>" stand for `_NOT` and `_SOLUTION`.
    """
    alternatives = [" ".join(words.split()) for words in table.split(";")]
    pattern = "|".join(alternatives).replace("<not>", _NOT).replace("<solution>", _SOLUTION)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.I)


_NOT = r"(?:không|chưa|chẳng|chả|hổng|hông|ko|khong|chua|đâu)"
_SOLUTION = (
    r"(?:kết quả|đáp số|đáp án|câu trả lời|con số|lời giải|bài (?:làm|giải)|kết luận|lập luận"
    r"|suy luận|phân tích|phương án|lựa chọn|phép (?:tính|cộng|trừ|nhân|chia)|công thức|bước|dòng"
    r"|cách (?:làm|tính|giải)|phần|khung|cặp|chỗ|cái|số|ô|ý|câu|dấu|đơn vị|hệ số)"
)

# Withdrawn, whoever is named beside it.
_VOID = _words(
    r"""
    đừng (?:dùng|tin|chép|lấy|căn cứ|nộp|chấm|ghi) [^.,]{0,20}?(?:này|đó|trên|kia|ấy);
    (?:xin|hãy|vui lòng) (?:bạn )?(?:đừng (?:dùng|tin)|bỏ qua); (?:xem|coi) như (?:là
    )?(?:tôi|mình|em|tớ|tui|chưa|hỏng|bỏ|không); rút lại; đính chính; đừng
    (?:dùng|tin|chép|chấm)(?: nha| nhé| vội)?\s*(?=[.,!)\n]|$);
    (?:retract|withdraw|disregard|discard)(?:ed|ing)?; outdated; superseded; thì
    (?:đúng|chuẩn) hơn; mới là (?:câu trả lời|đáp án|đáp số|kết quả|phương án|lựa chọn)
    """
)
# Mistakes of others, things to avoid, other cases: such a sentence does not mean the answer.
_OTHERS = _words(
    r"""
    (?:nhiều|một số|vài|những|có|mấy|lắm|đa số|không ít) (?:em|bạn|học sinh|người|đứa|hs);
    (?:bạn|em|đứa|người|học sinh|hs) (?:nào|hay|dễ|thường); các (?:em|bạn) (?:hay|dễ|thường);
    ai; người ta;
    chỉ (?:kiểm tra|tính|lấy|nhìn|xét) [^.]{2,60} (?:chưa|không|sai|thiếu);
    (?<![0-9] )(?<!số )học sinh; đừng; tránh; chớ; không (?:được|nên|cần)(?= );
    dễ (?:bị |dàng )?(?:nhầm|lẫn|sai|quên|tưởng|lộn|chọn|bị); (?:thường|hay) (?:bị
    )?(?:nhầm|sai|quên|gặp|mắc|lộn|thấy); sai lầm; lỗi (?:sai )?(?:hay|thường|phổ biến|cơ
    bản|kinh điển|này); thoạt(?: nhìn| đầu)?; chẳng hạn; ví dụ; giả sử; tưởng (?:là|rằng); nhớ
    (?:là )?(?:ghi|đổi|đọc|viết|thêm|kiểm); (?:quên|thiếu|dư|rớt|lộn|nhầm|sai) [^.,]{2,40} là
    (?:mất|sai|lỗi|bị|thành|ra|đi|hỏng|toi); cẩn thận; coi chừng; (?:khi|do|vì|là)
    (?:quên|lỡ|nhầm|lộn); (?:lúc|ban|mới) đầu; nháp; đề (?:bài )?(?:không|đâu) (?:hỏi|yêu
    cầu|cần); lỡ (?:mà|ai); common (?:mistake|error|slip)s?; (?:many|some|other|most)
    (?:students|people|pupils); don't; do not; avoid; beware; at first; initially; anyone; if
    you; you might; someone
    """
)
_IF = re.compile(r"[\s(\[•+*-]*(?:còn )?(?:nếu|neu|if|giả sử|nhỡ|lỡ mà)(?!\w)", re.I)
_UNFAULTED = _words(
    r"""
    (?:<not>|hết|khỏi|no|not|never|without)(?: (?:phát
    hiện|thấy|có|còn|cần|phải|bị|hề|thể|sợ|sự|any|a|longer|find|found|need|to|be|một|bất
    kì|bất kỳ|nào|chút|gì|ai|đi|đâu|correction|is)){0,4} ?(?:sai(?: sót)?(?! số)|lỗi|nhầm(?:
    lẫn)?|lộn|sót|sửa|chỉnh|thay đổi|bàn cãi|nghi
    ngờ|mistakes?|errors?|doubts?|wrong|changes?|trật|lệch|needed)
    """
)
# What makes a value or a solution invalid.
_FAULT = _words(
    r"""
    sai(?! số)(?: sót)?; nhầm(?: lẫn)?; lầm; lộn; trật; sót; (?<!xin )lỗi; hỏng; lệch; vội(?:
    vàng| vã)?; ẩu; hấp tấp; sơ suất; sơ ý; bất cẩn; vô ý; lỡ tay; quên; thiếu; thừa(?! số);
    dư (?:một|mất); hớ; ngược(?! lại); lạc đề; lẽ ra; đáng lẽ; không phải(?=,); vô hiệu; vô
    l[íý]; phi l[íý]; mâu thuẫn; vi phạm; h[uủ]ỷ|hủy; xoá|xóa; gạch; thu hồi; bỏ qua; bỏ đi;
    vứt; (?:cải|đính) chính; (?:hiệu|điều) chỉnh; chỉnh (?:lại|sửa); sửa; chữa; đổi (?:ý|lại);
    (?:làm|tính|giải|viết|ghi) lại; sụp đổ; tào lao; bậy; bịa; xạo; trò đùa; đùa; bác bỏ; bị
    loại; hụt; lố; hết giá trị; mất giá trị; bó tay; mù tịt; <not> (?:đúng|ổn|đáng tin|dùng
    được|còn|chính xác|hợp (?:l[íý]|lệ)|thoả(?: mãn)?|thỏa(?: mãn)?|khớp|đạt|phù
    hợp|chuẩn|tin|đứng vững|trọn vẹn|đầy đủ|có cơ sở|thuyết phục|xong|hoàn chỉnh|được
    chọn|tính vào|thể (?:là|đúng|coi|chấp nhận)); (?:đâu|chẳng) (?:phải|có đúng);
    wrong(?:ly)?; incorrect(?:ly)?; mistaken?s?; errors?; flawed; invalid; ignore;
    miscalculat\w+; misread; miscounted; misplaced; typos?; forgot(?:ten)?; oops; whoops;
    scratch; strike; revis\w+; errat\w+; corrections?; corrected; nope; ✗
    """
)
_DOUBT = _words(
    r"""
    <not>(?: (?:dám|thể|thực sự|hẳn|hoàn toàn|được|có|lắm|phải)){0,2} ?(?:chắc|khẳng định|cam
    đoan|(?:đảm|bảo) (?:bảo|đảm)|quả quyết|tự tin|confident|rõ|nhớ|phân định|quyết|xác
    (?:nhận|minh)|dám|biết (?:chọn|có|là|phải|đúng|cái|số|sao|trúng)|yên tâm); ngờ ngợ; nghi
    (?:ngờ|là|lắm|sai); ngờ rằng; hoài nghi; lưỡng lự; phân vân; băn khoăn; do dự; e
    (?:là|rằng); biết đâu; hên xui; may rủi; mơ hồ; lờ mờ; năm ăn năm thua; 50/50; đoán; phỏng
    chừng; chắc (?:là|vậy|thế|z|dậy|rứa); hình như; dường như; có vẻ; có lẽ; liệu (?:có|rằng);
    khả năng sai; có (?:thể|khi) (?:đã |bị )?(?:sai|nhầm|mình|tôi|em|tớ|chưa đúng|không đúng);
    (?:nghiêng|thiên) về; cầu mong; (?:làm|chọn|ghi|gõ|viết|điền|phang|đánh|khoanh)
    (?:đại|bừa|mò|bậy|liều|hú hoạ); chịu(?= *(?:[.,!\n]|$)); tu[ỳỷ] (?:bạn|cách); tùy
    (?:bạn|cách); unsure; nhắm mắt; có khi (?:phải )?là; uncertain; not (?:\w+
    )?(?:sure|certain|confident|100%); guess(?:ing|ed)?; might; maybe; perhaps;
    doubt(?:s|ful)?; (?:could|may) be (?:wrong|off); coin flip; cũng có thể (?:là|bằng)
    """
)
_SELF = _words(
    r"""
    tôi; mình; em; tớ; tui; tao; con; chúng tôi; hệ thống; máy; i(?:'m|'ve)?; my; me; we
    """
)
_ANSWER = _words(
    r"""
    <solution>(?: [^\s.,:]+){0,3}? (?:này|đó|kia|ấy|trên|vừa|nãy|đây|cuối|trong khung|của
    (?:tôi|mình|em|tớ)); (?:ở|phía|bên|nói) trên; vừa (?:nêu|rồi|dùng|tính|viết|ghi|đưa|nãy);
    (?:lúc|hồi|ban|khi) nãy; (?:the|this|that|my|previous|above|earlier|its?) (?:\w+
    )?(?:answer|result|value|number|solution|line|choice|figure|calculation|one|option|unit);
    above; (?:this|that) \w+ (?:is|was); (?:this|that|it) is|(?:that|it)'s
    """
)
_CONFIRMS = _words(
    r"""
    (?<!không )(?<!chưa )(?:đúng rồi|chính xác(?! hơn)|(?:trùng )?khớp|đúng (?:với|như)|vẫn
    (?:là|đúng|ra|được)|hoàn toàn đúng|hợp l[íý]|thoả mãn|thỏa mãn|phù hợp); match(?:es)?;
    consistent; confirmed
    """
)
# How a sentence without a subject begins: "À, nhầm rồi", "(đã huỷ)".
_BARE = re.compile(
    r"[\s•+*(\[>→←~/-]*(?:(?:à|ồ|ơ|ủa|ôi|ối|úi|í|á|ờ|ừ|ấy|chết|thôi|mà|nhưng|tuy nhiên|rất tiếc"
    r"|tiếc là|no|nope|well|but|however|so|và|đã|bị|phát hiện|có|ho[áà]a? ra|thì ra|dạ|xin|cho|p/s"
    r"|ps|phải|cần|lại|hơi|cộng|trừ|nhân|chia|đếm|đọc|hiểu|gõ|đặt|viết|ghi|tính|bấm|làm|nhìn|chép"
    r"|đánh|tèo|thử lại|kiểm tra lại|thay vào|thế vào|thấy|thì|dấu trừ|dấu|quá|một)"
    r"[\s,:;!…]*){0,6}",
    re.I,
)
OWN = "@@"  # stands for the answer's own value in a sentence
_OWN_DENIED = re.compile(
    rf"(?<!\w)(?:(?:không|đâu|chưa|chẳng|hổng) (?:phải|thể|là)|not|isn't)(?: là| bằng| be)? *{OWN}"
    rf"|{OWN} *(?:thì |lại )?(?:(?:không|chưa|đâu|hổng|chẳng) phải (?:là )?(?:nghiệm|đáp|kết|câu"
    r"|phương|giá trị|người|số cần)|không thể (?:là|đúng))",
    re.I,
)
_OF_OWN = re.compile(rf"{OWN}([^,;=]{{0,40}})")
_THAT = _words(
    r"""
    đó; như vậy; như thế; thế; vậy; này
    """
)


def speaks_of_others(sentence: str) -> bool:
    """Return whether a sentence tells of others' mistakes or of things to avoid."""
    return _OTHERS.search(sentence) is not None


def stance(sentence: str, *, after_others: bool = False) -> Stance:
    """Return how a sentence after an answer stands to it.

    Args:
        sentence: one sentence in plain form, with `OWN` in place of the answer's own value.
        after_others: whether the sentence before spoke of others, so that "cách đó" is theirs.

    Example:
        >>> stance("Con số vừa nêu không dùng được."), stance("Nhiều em hay nhầm chỗ này.")
        ('withdraws', 'others')
    """
    begins = _BARE.match(sentence)
    if begins and _DOUBT.match(sentence, begins.end()):
        return "doubts"
    if _VOID.search(sentence) or _OWN_DENIED.search(sentence):
        return "withdraws"
    if (
        _IF.match(sentence)
        or speaks_of_others(sentence)
        or (after_others and _THAT.search(sentence) and not _SELF.search(sentence))
    ):
        return "others"
    cleared = _UNFAULTED.sub(" ", sentence)
    if _DOUBT.search(cleared):
        return "doubts"
    fault = _FAULT.search(cleared)
    if fault:
        begins = _BARE.match(cleared)
        bare = begins is not None and begins.end() >= fault.start()
        own = _OF_OWN.search(cleared)
        if bare or _SELF.search(cleared) or _ANSWER.search(cleared):
            return "withdraws"
        if own and _FAULT.search(own[1]):
            return "withdraws"
    return "confirms" if cleared != sentence or _CONFIRMS.search(sentence) else ""
