"""Check that the wanted columns exist, and suggest the columns that were likely meant.

Knows nothing of where rows come from.
"""

from collections.abc import Mapping

from mathpal.errors import DataError

LIKELY = {
    "question": "question problem prompt instruction input query đề_bài câu_hỏi de_bai cau_hoi",
    "solution": "solution response output completion lời_giải loi_giai answer",
    "answer": "answer final_answer gold đáp_số đáp_án dap_so dap_an",
    "messages": "messages conversations conversation dialogue turns",
    "text": "text content body văn_bản nội_dung noi_dung",
    "prompt": "prompt question instruction input",
    "chosen": "chosen preferred better",
    "rejected": "rejected dispreferred worse",
}


def require_columns(where: str, columns: Mapping[str, str], found: list[str]) -> None:
    """Require that every column exists.

    Args:
        where: the setting that named the rows.
        columns: keyword to column name.
        found: the existing columns.

    Raises:
        DataError: a column is missing; the message suggests overrides with likely columns.
    """
    missing = {keyword: name for keyword, name in columns.items() if name not in found}
    if not missing:
        return
    advice = " ".join(_override(keyword, found) for keyword in missing)
    if "messages" not in columns and {"messages", "conversations"} & set(found):
        advice += " (a file of conversations is read with data=messages)"
    raise DataError(
        f"{where} has no column {', '.join(map(repr, missing.values()))}; "
        f"it has {', '.join(map(repr, found[:20])) or 'none'}. Write {advice}"
    )


def _override(keyword: str, found: list[str]) -> str:
    setting = "column" if keyword == "text" else keyword
    plain = {name.strip().casefold().replace(" ", "_"): name for name in found}
    name = next((plain[word] for word in LIKELY[keyword].split() if word in plain), "COLUMN")
    return f"data.{setting}={name}" if name.isidentifier() else f"'data.{setting}=\"{name}\"'"
