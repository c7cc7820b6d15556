"""Families on the litres in a tank, and on figures whose sides grow."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

SHARES = ((1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (1, 5), (2, 5), (3, 5), (4, 5))
SIZE = "Một bể dạng hình hộp chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u}, chiều cao {c} {u}. "


@family(number=58, grade=5, kind="quantity", topic="geometry")
def be_nuoc(draw: Draw) -> Draft:
    """Bể nước hình hộp chữ nhật: số lít khi đầy hoặc chứa một phần."""
    full, (part, parts) = draw.pick((True, False)), draw.pick(SHARES)
    unit = "m" if full else "dm"
    width = draw.integer(2, 7 if full else 9)
    length = width + draw.integer(1, min(5, 99 // width - width))
    height = draw.integer(2, 5) if full else parts * draw.integer(1, 9 // parts)
    base = length * width
    volume = base * height
    steps = [("Diện tích đáy bể là", f"{length} × {width} = {base} ({unit}²)")]
    if full:
        part = parts = 1
        text = draw.template(
            SIZE + "Hỏi bể chứa đầy được bao nhiêu lít nước? (1 m³ = 1 000 lít)",
            "Lòng bể nước hình hộp chữ nhật dài {a} m, rộng {b} m, cao {c} m. Biết 1 m³ = 1 000 "
            "lít, tính số lít nước khi bể đầy.",
            "Người ta xây một bể nước hình hộp chữ nhật, lòng bể dài {a} m, rộng {b} m và sâu {c} "
            "m. Bể chứa được nhiều nhất bao nhiêu lít nước?",
        )
        litres = volume * 1000
        steps += [
            ("Thể tích bể là", f"{base} × {height} = {volume} (m³)"),
            ("Số lít nước khi bể đầy là", f"{volume} × 1 000 = {spaced(litres)} (lít)"),
        ]
        slips = [volume * 100, volume * 10, base * 1000]
    else:
        text = draw.template(
            SIZE
            + "Mực nước trong bể cao bằng {f} chiều cao bể. Hỏi trong bể có bao nhiêu lít nước?",
            "Một bể cá hình hộp chữ nhật dài {a} dm, rộng {b} dm, cao {c} dm. Nước cao bằng {f} "
            "chiều cao của bể. Tính số lít nước trong bể.",
            "Bể kính hình hộp chữ nhật có lòng bể dài {a} dm, rộng {b} dm, cao {c} dm, chứa nước "
            "tới {f} chiều cao. Hỏi có bao nhiêu lít nước trong bể? (1 dm³ = 1 lít)",
        )
        deep = height // parts * part
        litres = base * deep
        shown = f"{height} × {part}/{parts}"
        steps += [
            ("Chiều cao mực nước là", f"{shown} = {deep} (dm)"),
            ("Thể tích nước trong bể là", f"{base} × {deep} = {litres} (dm³)"),
            ("Đổi số đo", f"{litres} dm³ = {litres} lít"),
        ]
        slips = [volume, volume - litres, litres * 10]
    question = text.format(a=length, b=width, c=height, u=unit, f=f"{part}/{parts}")
    shown_answer, *wrong = (f"{spaced(v)} lít" for v in (litres, *slips))
    parameters = (full, length, width, height, part, parts)
    solution = worked(*steps, answer=shown_answer)
    return Draft(question, solution, shown_answer, parameters, tuple(wrong))


@family(number=58, grade=5, kind="quantity", topic="geometry")
def muc_nuoc(draw: Draw) -> Draft:
    """Bể nước hình hộp chữ nhật: chiều cao mực nước, số lít còn thiếu."""
    width, level = draw.integer(3, 9), draw.integer(2, 7)
    length = width + draw.integer(1, min(4, 99 // width - width))
    base, more = length * width, draw.integer(1, 5)
    litres = base * level
    first = ("Diện tích đáy bể là", f"{length} × {width} = {base} (dm²)")
    if draw.pick((True, False)):
        question = draw.template(
            "Một bể cá dạng hình hộp chữ nhật có đáy dài {a} dm, rộng {b} dm. Người ta đổ vào bể "
            "{l} lít nước. Hỏi mực nước trong bể cao bao nhiêu đề-xi-mét?",
            "Đổ {l} lít nước vào một bể kính hình hộp chữ nhật không có nước. Đáy bể dài {a} dm, "
            "rộng {b} dm. Tính chiều cao mực nước. (1 lít = 1 dm³)",
            "Lòng bể hình hộp chữ nhật có chiều dài {a} dm, chiều rộng {b} dm và đang chứa {l} lít "
            "nước. Tìm chiều cao của mực nước trong bể.",
        ).format(a=length, b=width, l=litres)
        answer = f"{level} dm"
        solution = worked(
            ("Thể tích nước là", f"{litres} lít = {litres} dm³"),
            first,
            ("Chiều cao mực nước là", f"{litres} : {base} = {level} (dm)"),
            answer=answer,
        )
        slips = (f"{level * width} dm", f"{level * length} dm", f"{level * 10} dm")
        return Draft(question, solution, answer, ("cao", length, width, level), slips)
    need = base * more
    question = draw.template(
        "Một bể hình hộp chữ nhật dài {a} dm, rộng {b} dm, cao {c} dm. Mực nước trong bể cao {w} "
        "dm. Hỏi phải đổ thêm bao nhiêu lít nước để đầy bể?",
        "Bể cá hình hộp chữ nhật có chiều dài {a} dm, chiều rộng {b} dm, chiều cao {c} dm. Mực "
        "nước trong bể cao {w} dm. Tính số lít nước cần thêm cho đầy bể.",
        "Lòng bể hình hộp chữ nhật dài {a} dm, rộng {b} dm và cao {c} dm. Mực nước cao {w} dm. "
        "Cần bao nhiêu lít nước nữa thì bể đầy? (1 dm³ = 1 lít)",
    ).format(a=length, b=width, c=level + more, w=level)
    answer = f"{need} lít"
    solution = worked(
        ("Chiều cao phần chưa có nước là", f"{level + more} - {level} = {more} (dm)"),
        first,
        ("Thể tích nước đổ thêm là", f"{base} × {more} = {need} (dm³)"),
        ("Đổi số đo", f"{need} dm³ = {need} lít"),
        answer=answer,
    )
    wrong = tuple(f"{spaced(n)} lít" for n in (litres, base * (level + more), need * 10))
    return Draft(question, solution, answer, ("thêm", length, width, level, more), wrong)


@family(number=59, grade=5, kind="quantity", topic="geometry", stratum="advanced")
def canh_gap_k_lan(draw: Draw) -> Draft:
    """Các cạnh gấp lên một số lần thì diện tích, thể tích gấp bao nhiêu lần."""
    shape = draw.pick(("chữ nhật", "tam giác", "hộp"))
    k, m = draw.integer(2, 5 if shape != "hộp" else 3), draw.integer(2, 4)
    size = draw.integer(6, 60)
    if shape == "chữ nhật":
        text = draw.template(
            "Một hình chữ nhật có diện tích {s} cm². Nếu chiều dài gấp lên {k} lần và chiều rộng "
            "gấp lên {m} lần thì diện tích hình mới là bao nhiêu?",
            "Hình chữ nhật có diện tích {s} cm². Tăng chiều dài lên gấp {k} lần, chiều rộng lên "
            "gấp {m} lần. Tính diện tích hình chữ nhật mới.",
            "Gấp chiều dài của một hình chữ nhật lên {k} lần và chiều rộng lên {m} lần. Biết diện "
            "tích ban đầu là {s} cm², tìm diện tích mới.",
        )
    elif shape == "tam giác":
        text = draw.template(
            "Một hình tam giác có diện tích {s} cm². Nếu đáy gấp lên {k} lần và chiều cao gấp lên "
            "{m} lần thì diện tích hình mới là bao nhiêu?",
            "Hình tam giác có diện tích {s} cm². Tăng độ dài đáy lên gấp {k} lần, chiều cao lên "
            "gấp {m} lần. Tính diện tích hình tam giác mới.",
            "Gấp đáy của một hình tam giác lên {k} lần và chiều cao lên {m} lần. Biết diện tích "
            "ban đầu là {s} cm², tìm diện tích mới.",
        )
    else:
        m = k
        text = draw.template(
            "Một hình hộp chữ nhật có thể tích {s} cm³. Nếu cả chiều dài, chiều rộng, chiều cao "
            "gấp lên {k} lần thì thể tích hình mới là bao nhiêu?",
            "Hình hộp chữ nhật có thể tích {s} cm³. Tăng cả ba kích thước lên gấp {k} lần. Tính "
            "thể tích hình hộp mới.",
            "Gấp chiều dài, chiều rộng và chiều cao của một hình hộp chữ nhật lên {k} lần. Biết "
            "thể tích ban đầu là {s} cm³, tìm thể tích mới.",
        )
    factor, shown, what, unit = k * m, f"{k} × {m}", "Diện tích", "cm²"
    if shape == "hộp":
        factor, shown, what, unit = k**3, f"{k} × {k} × {k}", "Thể tích", "cm³"
    tens = factor // 10 * 10
    apart = f"{spaced(size * tens)} + {size * (factor - tens)} = "
    if factor < 10 or factor == tens:
        apart = ""
    value = size * factor
    answer = f"{spaced(value)} {unit}"
    solution = worked(
        (f"{what} gấp lên số lần là", f"{shown} = {factor} (lần)"),
        (f"{what} hình mới là", f"{size} × {factor} = {apart}{spaced(value)} ({unit})"),
        answer=answer,
    )
    slips = tuple(f"{spaced(size * n)} {unit}" for n in (k + m, k, k * k))
    return Draft(text.format(s=size, k=k, m=m), solution, answer, (shape, size, k, m), slips)


@family(number=59, grade=5, kind="percent", topic="geometry", stratum="advanced")
def canh_tang_phan_tram(draw: Draw) -> Draft:
    """Chiều dài, chiều rộng thay đổi theo phần trăm thì diện tích thay đổi ra sao."""
    long = draw.pick((*range(-70, 0, 10), *range(10, 110, 10)))
    wide = draw.pick((*range(-70, 0, 10), *range(10, 110, 10)))
    words = [f"{'tăng' if p > 0 else 'giảm'} {abs(p)}%" for p in (long, wide)]
    question = draw.template(
        "Một hình chữ nhật có chiều dài {a} và chiều rộng {b}. Hỏi diện tích mới bằng bao nhiêu "
        "phần trăm diện tích ban đầu?",
        "Nếu chiều dài hình chữ nhật {a}, chiều rộng {b} thì diện tích mới bằng bao nhiêu phần "
        "trăm diện tích cũ?",
        "Chiều dài của một mảnh vườn hình chữ nhật {a}, còn chiều rộng {b}. Tìm tỉ số phần trăm "
        "của diện tích mới và diện tích cũ.",
    ).format(a=words[0], b=words[1])
    tens = (10 + long // 10, 10 + wide // 10)
    value = tens[0] * tens[1]
    product = f"{tens[0]} × {tens[1]}"
    if min(tens) > 10:
        product += f" = {tens[0] * 10} + {tens[0] * (tens[1] - 10)}"
    sides = [f"100% {'+' if p > 0 else '-'} {abs(p)}% = {100 + p}%" for p in (long, wide)]
    answer = f"{value}%"
    solution = worked(
        ("Chiều dài mới so với chiều dài cũ là", sides[0]),
        ("Chiều rộng mới so với chiều rộng cũ là", sides[1]),
        (
            "Diện tích mới so với diện tích cũ là",
            f"{100 + long} × {100 + wide} : 100 = {product} = {value} (%)",
        ),
        answer=answer,
    )
    slips = (f"{100 + long + wide}%", f"{200 + long + wide}%", f"{abs(value - 100) or 90}%")
    return Draft(question, solution, answer, (long, wide), slips)
