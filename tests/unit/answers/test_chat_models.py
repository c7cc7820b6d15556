"""Answers as GPT, Bing, Gemini, Llama and Qwen fine-tunes and teachers write them.

A row is (right, gold, question, response): whether it scores.
"""

import pytest

from mathpal.answers import grade, parse_gold

Row = tuple[bool, str, str | None, str]

Q1 = "Một cửa hàng có 24 kg gạo, đã bán 10 kg. Hỏi cửa hàng còn lại bao nhiêu ki-lô-gam gạo?"
Q2 = "Tìm x, biết x + 3 = 8"
Q3 = "Viết các phân số 7/8; 3/8; 5/8 theo thứ tự từ bé đến lớn."
Q4 = "Tìm hai số biết tổng là 48, hiệu là 14."
Q5 = "Tìm x biết (x - 3)(x - 8) = 0"
Q6 = "Chu vi hình vuông cạnh 3 cm là:\nA. 9 cm\nB. 12 cm\nC. 6 cm\nD. 15 cm"
Q7 = "Nam nói 5 × 8 = 45. Đúng hay sai?"
Q8 = "Số 126 có chia hết cho 9 không?"
Q9 = "Minh cao 145 cm, An cao 140 cm, Bình cao 138 cm. Ai cao nhất?"
Q10 = "Cây cầu dài thật là … m."
Q11 = "Kết quả là\nA. 1,25\nB. 6,07\nC. 40,5\nD. 4,5"
Q12 = "Một hình chữ nhật có chiều dài 20 m, chiều rộng 15 m. Tính diện tích."
Q13 = "Lan có 5 hộp bút, mỗi hộp 12 cái. Lan cho em 15 cái. Hỏi Lan còn lại bao nhiêu cái bút?"
Q14 = "Giá một chiếc áo là 200 000 đồng, được giảm 15%. Hỏi giá sau khi giảm?"
Q15 = "Rút gọn phân số 18/24."
Q16 = "Một ô tô đi 3 giờ được 150 km. Hỏi trung bình mỗi giờ ô tô đi được bao nhiêu ki-lô-mét?"
Q17 = "Số nào chia hết cho cả 2 và 5?\nA. 125\nB. 130\nC. 142\nD. 155"
Q18 = "Hai lớp 4A và 4B trồng được 60 cây, 4B hơn 4A 12 cây. Hỏi mỗi lớp trồng được bao nhiêu cây?"
Q19 = "Tìm x, biết 2x - 5 = 11."
Q20 = "Lớp 6A có 40 học sinh, số học sinh giỏi chiếm 3/8 số học sinh cả lớp. Tính số học sinh giỏi."
Q21 = "Câu nào đúng? Giá trị của biểu thức 12 + 8 : 4 là:\nA. 5\nB. 14\nC. 20\nD. 8"
Q22 = "Lúc 7 giờ 15 phút An đi từ nhà, đi hết 35 phút. Hỏi An đến trường lúc mấy giờ?"
Q23 = "Có 59 viên kẹo chia đều cho 7 bạn. Mỗi bạn được mấy viên và còn thừa mấy viên?"
Q24 = "Một mảnh vườn hình vuông có cạnh 12 m. Tính chu vi mảnh vườn."
Q25 = "Kết quả của 3/4 + 1/8 là:\nA. 4/12\nB. 7/8\nC. 1/2\nD. 4/8"


def rows(gold: str, right: bool, *responses: str, question: str | None = None) -> list[Row]:
    return [(right, gold, question, response) for response in responses]


SECTIONS: dict[str, list[Row]] = {
    "declarations": [
        *rows("14 kg", True,
             "Ta có: 24 - 10 = 14 (kg).\nKL: Cửa hàng còn 14 kg gạo.",
             "24 - 10 = 14 (kg)\nĐS. 14 kg", "24 - 10 = 14. Nên cửa hàng còn lại 14 kg gạo.",
             "24 - 10 = 14 (kg)\n⇒ Cửa hàng còn lại 14 kg gạo.",
             "24 - 10 = 14 (kg)\n=> Cửa hàng còn lại 14 kg gạo.",
             "Như vậy, sau khi bán 10 kg, cửa hàng còn lại **14 kg** gạo. ✅",
             "<answer>14 kg</answer>", "Đáp số: 14 kg<|im_end|>",
             "$24 - 10 = 14$ (kg)\n\n$\\Rightarrow$ Cửa hàng còn lại $14$ kg gạo.",
             "Result: 14 kg", "Solution: 14 kg", "Kq: 14 kg", "KQ: 14 kg",
             "Ta tính được số gạo còn lại là 14 kg.",
             "Vậy số kg gạo cửa hàng còn lại là \\(\\boxed{14}\\) kg.",
             "Đáp số ................ 14 kg", "Đáp số - 14 kg", "Đáp số – 14 kg",
             "ĐÁP ÁN: 14 kg",
             question=Q1),
        *rows("14 kg", False,
             "Đáp số: 140 kg<|im_end|>", "KL: Cửa hàng còn 15 kg gạo.",
             question=Q1),
        *rows("5", True,
             "⇒ x = 5", "$$\\Rightarrow x = 5$$", "=> x=5", "Ta được x = 5.",
             "Giá trị của x cần tìm là 5.", "The value of x is 5.", "Nên x = 5",
             "Vậy x bằng 5 nhé.",
             question=Q2),
        *rows("5", False,
             "⇒ x = 6", "Vậy x ≠ 5",
             question=Q2),
        *rows("72", True,
             "$\\boxed{72}$ chiếc kẹp", "### Answer\n72"),
        *rows("72", False,
             "\\boxed{72} hoặc \\boxed{24}",
             "Bước 1: 48 + 24 = 72\nBước 2: 72 - 2 = 70\nAnswer:\n70"),
    ],
    "connectives": [
        *rows("54 kg", True,
             "Do đó, buổi chiều bán 30 kg.\nVì thế, cả ngày bán 54 kg gạo.",
             "Suy ra buổi chiều bán 30 kg. Suy ra cả ngày bán 54 kg."),
        *rows("30 kg", False,
             "Do đó buổi chiều bán 30 kg gạo, cả ngày bán được 54 kg gạo.",
             "Do đó, buổi chiều bán 30 kg.\nVì thế, cả ngày bán 54 kg gạo."),
    ],
    "taken back or doubted": [
        *rows("15 kg", True,
             "Đáp số: 15 kg, không phải 25 kg.", "Đáp số: 15 kg chứ không phải 25 kg",
             "Đáp số: 15 kg\n\nBài tập tương tự: Có 30 kg gạo, bán 12 kg. Hỏi còn bao nhiêu?\n"
             "Đáp số: 18 kg",
             "Em không chắc về cách trình bày nhưng đã tính kĩ.\nĐáp số: 15 kg"),
        *rows("15 kg", False,
             "Đáp số: 15 kg\n\nÀ, mình đọc sai đề, phải lấy 20 - 3 = 17 kg.",
             "Đáp số: 15 kg. À quên, còn phải cộng 2 nữa nên là 17 kg.",
             "Đáp số: 15 kg.\n\nLet me recheck: 20 - 3 = 17, so it is 17 kg.",
             "Answer: 15 kg. No, 17 kg.", "Đáp số: 15 kg. Không, 17 kg.",
             "Đáp số: 15 kg. Sửa: 17 kg.", "Đáp số: 15 kg\n\nUpdate: 17 kg",
             "Đáp số: 15 kg\n\nBỏ đáp số trên nhé, còn 17 kg mới phải.",
             "Đáp số: 15 kg\nXem lại thấy chưa đúng. 20 - 3 = 17", "Đáp số: 15 kg. Lộn, 17 kg.",
             "Đáp số: 15 kg. Í lộn, 17 kg.", "Đáp số: 15 kg. Ủa sai, 17 kg nha.",
             "Đáp số: 15 kg. Nói lại: 17 kg.", "Đáp số: 15 kg. Chính xác hơn là 17 kg.",
             "Đáp số: 15 kg\n\nNhưng nếu tính cả túi thì là 17 kg, mình không biết chọn cái nà"
             "o.",
             "Đáp số: 15 kg\n\nMình chưa tính túi. Tính thêm: 15 + 2 = 17 (kg). Vậy có 17 kg.",
             "Không thể xác định được đáp số; nếu bớt 5 kg thì là 15 kg.", "Đáp số là 15 kg à?"),
    ],
    "several parts": [
        *rows("26; 11", True,
             "**Đáp số:**\n\n* Bút xanh: 26 cái\n* Bút đỏ: 11 cái",
             "Đáp số:\n1. Bút xanh: 26\n2. Bút đỏ: 11",
             "Đáp số: Bút xanh: 26 cái; bút đỏ: 11 cái."),
        *rows("26; 11", False,
             "Đáp số:\n1. Bút xanh: 26\n2. Bút đỏ: 15", "Đáp số: 26; 11; 37"),
        *rows("Số lớn: 30; số bé: 20", True,
             "**Đáp số**: Số lớn: **30**, Số bé: **20**", "Đáp số: số bé 20, số lớn 30"),
        *rows("Số lớn: 30; số bé: 20", False,
             "Đáp số: số lớn 30", "Vậy:\n- Số lớn là 20\n- Số bé là 30"),
        *rows("a) 8; b) -5", True,
             "Đáp số: a. 8, b. -5", "Câu a: ĐS: 8\nCâu b: ĐS: -5", "a/ Đáp số: 8\nb/ Đáp số: -5",
             "| Phần | Đáp số |\n|:--:|:--:|\n| a) | 8 |\n| b) | -5 |"),
        *rows("a) 8; b) -5", False,
             "a) Đáp số: x = 8\n\nb) Đáp số: x = 5", "Đáp số: 8"),
        *rows("a) Đúng; b) Sai", True,
             "Đáp án: a) Đ, b) S",
             "Đáp án:\n| Câu | Đáp án |\n|---|---|\n| a | Đúng |\n| b | Sai |"),
        *rows("a) Đúng; b) Sai", False,
             "Đáp án: a) Đúng", "Đáp án:\na) Đúng hoặc Sai\nb) Sai"),
    ],
    "order and alternatives": [
        *rows("3/8; 5/8; 7/8", True,
             "Đáp án:\n1. 3/8\n2. 5/8\n3. 7/8",
             "Đáp án: $\\frac{3}{8}; \\frac{5}{8}; \\frac{7}{8}$",
             question=Q3),
        *rows("3/8; 5/8; 7/8", False,
             "Vậy: 5/8 < 3/8 < 7/8",
             "Vậy: 7/8 > 5/8 > 3/8 là thứ tự từ lớn đến bé: 7/8; 5/8; 3/8",
             question=Q3),
        *rows("17 và 31", True,
             "Đáp số: 31 và 17", "Vậy số thứ nhất là 17, số thứ hai là 31.",
             question=Q4),
        *rows("17 và 31", False,
             "Đáp số: một trong hai số 17; 31", "Đáp số: 17 hay 31",
             question=Q4),
        *rows("3; 8", True,
             "The solutions are x = 3 or x = 8.\n\nĐáp án: x = 3; x = 8", "Vậy x ∈ {3; 8}",
             question=Q5),
        *rows("3; 8", False,
             "Vậy x = 3 hoặc x = -8.", "Vậy x = 3.",
             question=Q5),
    ],
    "options, yes and no, names": [
        *rows("B", True,
             "=> B",
             "Đáp án A sai vì 9 = 3 × 3. Đáp án C sai vì 6 = 3 × 2. Đáp án D sai.\nĐáp án: B",
             "Đáp án A: 9 cm - Sai.\nĐáp án B: 12 cm - Đúng.\nĐáp án C: 6 cm - Sai.\nĐáp án D:"
             " 15 cm - Sai.\n\nVậy đáp án đúng là B.",
             "Phương án B đúng.", "Đáp án là câu B nhé!",
             "A. 9 cm ❌\nB. 12 cm ✅\nC. 6 cm ❌\nD. 15 cm ❌\n\n**Đáp án: B**",
             question=Q6),
        *rows("B", False,
             "Đáp án: B. Nhưng C cũng đúng.", "Hãy chọn B hoặc C.",
             question=Q6),
        *rows("12 cm", True,
             "Chọn B. 12 cm", "Đáp án: B",
             question=Q6),
        *rows("12 cm", False,
             "Chọn C. 12 cm", "Đáp án: C",
             question=Q6),
        *rows("Sai", True,
             "Vậy câu nói của Nam là sai.", "Đáp số: S",
             question=Q7),
        *rows("Sai", False,
             "Đáp án: Đúng", "Đáp án: Đúng hoặc Sai",
             question=Q7),
        *rows("Có", True,
             "Vậy 126 chia hết cho 9.", "Kết luận: 126 chia hết cho 9.",
             question=Q8),
        *rows("Có", False,
             "Đáp án: Có thể", "Trả lời: Không",
             question=Q8),
        *rows("Minh", True,
             "Trả lời: Bạn Minh cao nhất.", "So sánh: 145 > 140 > 138. Vậy Minh cao nhất.",
             question=Q9),
        *rows("Minh", False,
             "Vậy Minh thấp nhất.", "Đáp số: Minh hoặc An",
             question=Q9),
        *rows("240", True,
             "Điền 240", "Điền số: 240", "Vậy cây cầu dài thật là 240 m.",
             question=Q10),
        *rows("240", False,
             "Điền 24", "Số thích hợp là 24.",
             question=Q10),
    ],
    "an option with its text": [
        *rows("B", True,
             "I choose B.", "{B. 6,07}",
             question=Q11),
        *rows("B", False,
             "Kết quả 6,07 ứng với phương án D.", "My final choice is A.",
             question=Q11),
        *rows("40", False,
             "160 × 0,25 = 40\n\n=> Chọn D", "160 × 0,25 = 40\n\nFinal choice: D. 4,5",
             question=Q11),
    ],
    "no declaration": [
        *rows("60", True,
             "Giả sử số nam là 20 thì tổng là 50, không đúng.\nVậy tổng số là 60.",
             "Đáp số: 60\n\nCâu hỏi 2: Có 10 viên bi, cho 3 viên. Hỏi còn mấy viên?"),
        *rows("60", False,
             "Đề bài yêu cầu tìm tổng. Đáp số nếu số nam là 30 thì là 60.",
             "Mẫu: Đáp số: 60\nEm hãy tự làm nhé.",
             "Ví dụ: Nếu lớp có 60 học sinh thì đáp số là 60."),
    ],
    "whole outputs": [
        *rows("300 m²", True,
             "Diện tích là:\n20 × 15 = 300 (m²)\nĐổi 300 m² = 3 a\nĐáp số: 300 m²",
             "Để tính diện tích hình chữ nhật, ta sử dụng công thức:\n\n\\[ \\text{Diện tích} "
             "= \\text{Chiều dài} \\times \\text{Chiều rộng} \\]\n\nThay số vào công thức:\n\n"
             "\\[ \\text{Diện tích} = 20 \\, \\text{m} \\times 15 \\, \\text{m} = 300 \\, \\te"
             "xt{m}^2 \\]\n\nVậy, diện tích hình chữ nhật là **300 m²**.",
             question=Q12),
        *rows("300 m²", False,
             "Diện tích là 300 m².\n\nĐáp số: 70 m",
             "Đáp số: 300 m²\n\nChu vi là 70 m.\nĐáp số: 70 m²",
             "Để tính diện tích hình chữ nhật, ta sử dụng công thức:\n\n\\[ \\text{Diện tích} "
             "= \\text{Chiều dài} \\times \\text{Chiều rộng} \\]\n\nThay số vào công thức:\n\n"
             "\\[ \\text{Diện tích} = 20 \\, \\text{m} \\times 15 \\, \\text{m} = 300 \\, \\te"
             "xt{m}^2 \\]\n\nTuy nhiên, đề hỏi chu vi nên đáp số: 70 m.",
             question=Q12),
        *rows("45 cái bút", True,
             "Vậy Lan còn lại 45 cái bút, tức là 3 hộp 9 cái.",
             "Câu trả lời là: Lan còn lại 45 cái bút.",
             "Đầu tiên, chúng ta cần tính tổng số bút: 5 * 12 = 60 cái.\nSau đó, Lan cho em 15"
             " cái, vậy Lan còn lại: 60 - 15 = 45 cái.\nVậy Lan còn lại 45 cái bút.\n#### 45",
             question=Q13),
        *rows("45 cái bút", False,
             "Vậy Lan còn lại 60 - 15 cái bút.",
             "Lan có tất cả số bút là:\n5 x 12 = 60 (cái)\nĐáp số: 60 cái bút",
             question=Q13),
        *rows("170 000 đồng", True,
             "Kết luận: giá chiếc áo sau khi giảm là 170 000 VNĐ.",
             "Vậy sau khi giảm 30 000 đồng, giá chiếc áo là 170 000 đồng.",
             question=Q14),
        *rows("170 000 đồng", False,
             "Đáp số: 170 đồng", "Vậy, sau khi giảm giá 15%, chiếc áo có giá 1.700.000đ.",
             question=Q14),
        *rows("3/4", True,
             "Vậy phân số tối giản của 18/24 là **3/4**.", "Đáp số: $\\dfrac{3}{4}$",
             question=Q15),
        *rows("3/4", False,
             "Vậy phân số 18/24 được rút gọn thành 9/12.", "Vậy 3/4 rút gọn thành 18/24.",
             question=Q15),
    ],
    "average speed": [
        *rows("50 km", True,
             "150 : 3 = 50\n\n⟹ Mỗi giờ ô tô đi được 50 km.",
             "The final answer is: $\\boxed{50}$ km",
             "Đáp số: 450 km\n\nỒ, mình nhân nhầm. Phải chia: 150 : 3 = 50 (km).\n\nĐáp số: 50"
             " km",
             "Đáp số: 50 km\n\nQuestion: Lan có 5 quả táo, mẹ cho thêm 3 quả. Hỏi Lan có mấy q"
             "uả?\nAnswer: 8 quả",
             "Đáp số: 50 km\n\nCâu hỏi: Lan có 5 quả táo...\nTrả lời: 8 quả",
             "Dựa vào dữ kiện bài toán, ta có thể kết luận: mỗi giờ ô tô đi được 50 km.",
             "Đáp số: 50 km\n\nNếu ô tô đi 4 giờ thì được 50 × 4 = 200 km.",
             question=Q16),
        *rows("50 km", False,
             "Đáp số: 50 km\n\nÝ mình là 60 km.", "Đáp số: 50 km. Ý tôi là 60 km.",
             "Đáp số: 50 km. I mean 60 km.", "Đáp số: 50 km. Scratch that, 60 km.",
             "Đáp số: 50 km. Xin rút lại câu trả lời.",
             "Đáp số: 50 km. Bạn nào ra 60 km thì đúng hơn.", "Đáp số: 50 km, mong là đúng.",
             "Đáp số: 50 km, nếu em không nhầm.",
             "Tôi đoán là 50 km. Đáp số: 50 km nhưng chỉ là phỏng đoán.",
             "Đáp số: 50 km\n\nSau khi kiểm tra lại, kết quả đúng là 60 km.",
             "Đáp số: 50 km\n\nTuy nhiên, tính kĩ lại ta được 60 km.",
             "Answer: 50 km. Hold on, 60 km.", "Answer: 50 km. My bad, 60 km.",
             "I think it's 50 km but I'm not certain.\nAnswer: probably 50 km",
             "Answer: maybe 50 km", "Answer: not 50 km", "Vậy trong 3 giờ đi 150 km.",
             question=Q16),
        *rows("B", True,
             "Đáp án A loại vì 125 lẻ; đáp án C loại vì 142 tận cùng là 2; đáp án D loại. Đáp "
             "án B đúng.",
             "Phương án A không đúng. Phương án C không đúng. Phương án D không đúng. Phương á"
             "n B đúng.",
             "Option B is correct.", "The answer is option B.", "Answer: Option B", "Đ/A: B",
             "ĐA: B", "Vậy đáp án đúng là phương án B.",
             "B. 130\n\nĐáp án B là đáp án chính xác vì 130 tận cùng là 0.",
             "So the correct option is B: 130.",
             question=Q17),
        *rows("B", False,
             "Đáp án: E", "Vậy phương án B sai.",
             question=Q17),
        *rows("24; 36", True,
             "Kết luận:\n* Lớp 4A trồng được **24 cây**.\n* Lớp 4B trồng được **36 cây**.",
             "Đáp số: Lớp 4A: 24 cây; Lớp 4B: 36 cây.",
             question=Q18),
        *rows("24; 36", False,
             "**Đáp số:**\n- Lớp 4A: 24 cây\n- Lớp 4B: 38 cây", "Đáp số: 24 cây",
             question=Q18),
    ],
    "other problems": [
        *rows("8", True,
             "2x - 5 = 11\n⇒ 2x = 11 + 5\n⇒ 2x = 16\n⇒ x = 16 : 2\n⇒ x = 8",
             "Vậy $x=8$ là nghiệm cần tìm. Thay vào: 2.8 - 5 = 11.", "KL: x = 8",
             "Ta có 2x - 5 = 11 nên 2x = 16, do đó x = 8.",
             question=Q19),
        *rows("8", False,
             "Vậy x = 8 hoặc x = -8", "$x = 8$ không thoả mãn.\nVậy không có giá trị x.",
             question=Q19),
        *rows("15 học sinh", True,
             "Đáp số: 15 học sinh giỏi.\n\nBài tập về nhà: Lớp 6B có 36 học sinh, 2/9 là học s"
             "inh giỏi. Đáp số: 8 học sinh.",
             "Câu 1.\nSố học sinh giỏi là 40 × 3/8 = 15.\nĐáp số: 15 học sinh.\n\nCâu 2.\nSố c"
             "ây là 20.\nĐáp số: 20 cây",
             "Tính: 3/8 của 40 là 15. Thôi xong, đáp số là 15 học sinh.",
             question=Q20),
        *rows("15 học sinh", False,
             "Đáp số: 15 học sinh. Quên, phải chia 5 chứ: 24 học sinh.",
             "Đáp số: 15 học sinh\n\nTrên đây là lời giải sai, lời giải đúng là 24 học sinh.",
             "Đáp số: 15 học sinh\n\nLet me correct that: 24 học sinh.",
             "Đáp số: 15 học sinh. Bài này mình làm đại thôi.",
             "Đáp số: 15 học sinh. Mình chọn bừa.", "Đáp số: 15 học sinh (đoán)",
             "Đáp số có vẻ là 15 học sinh.", "Đáp số dường như là 15 học sinh.",
             "Vậy lớp có 25 học sinh giỏi và 15 học sinh khá.",
             question=Q20),
        *rows("B", True,
             "12 + 2 = 14 → B",
             "Đáp án: B. Vì 8 : 4 = 2, 12 + 2 = 14. Nếu tính 12 + 8 trước sẽ được 20 : 4 = 5 ("
             "đáp án A), là sai.",
             "Đáp án là B. Nhiều em nhầm chọn A do tính từ trái sang phải.",
             "Nhiều em chọn A là sai. Đáp án đúng: B",
             "Đáp án A: 5 (sai)\nĐáp án B: 14 (đúng)\nĐáp án C: 20 (sai)\nĐáp án D: 8 (sai)\nC"
             "họn B",
             "The correct answer is **B) 14**.",
             question=Q21),
        *rows("B", False,
             "Đáp án: B (20)", "Đáp án: B 20", "Kết quả: 14 → C", "Đáp án: B (mình đoán)",
             "Answer: B is incorrect.", "Nhiều em chọn B.",
             "Nhiều em chọn B nhưng đáp án đúng là A.",
             question=Q21),
        *rows("7 giờ 50 phút", True,
             "Như vậy, sau 35 phút, An đến trường lúc 7 giờ 50 phút.",
             "Kết luận: An đến trường lúc 7 giờ 50 phút (8 giờ kém 10 phút).",
             question=Q22),
        *rows("7 giờ 50 phút", False,
             "Đáp số: 7 giờ 50 phút. Nhầm, 7 giờ 40 phút.", "Vậy An đến trường lúc 8 giờ.",
             question=Q22),
        *rows("8 (dư 3)", True,
             "Vậy 59 : 7 = 8 dư 3.", "Đáp số: 8 viên, dư 3 viên.",
             question=Q23),
        *rows("8 (dư 3)", False,
             "Vậy mỗi bạn được 8 viên kẹo.", "Đáp số: 8 dư 4",
             question=Q23),
    ],
    "perimeter": [
        *rows("48 m", True,
             "Đáp số: 48 m\n\nBạn cũng có thể tính: 12 + 12 + 12 + 12 = 48 (m).",
             "Mới đầu em tính diện tích 144 m² nhưng đề hỏi chu vi.\nĐáp số: 48 m",
             question=Q24),
        *rows("48 m", False,
             "Đáp số: 48 m\n\nÀ, mình cộng thiếu một cạnh, phải là 60 m.",
             "Đáp số: 48 m. Ối nhầm, 46 m.", "Đáp số: 48 m. Ý em là 46 m ạ.",
             "Đáp số: 48 m. Thực tế là 46 m.", "Đáp số: 48 m. Nói cho đúng thì là 46 m.",
             "Đáp số: 48 m\n\nDòng trên sai.", "Đáp số: 48 m\n\nCâu trả lời trên có lỗi.",
             "Đáp số: 48 m\n\nTrả lời lại: 46 m",
             "Đáp số: 48 m\n\nNote: the correct value is 46 m.", "Đáp số: 48 m (nếu làm đúng)",
             "Đáp số: 48 m, không biết có đúng không.", "Đáp số: có khi là 48 m",
             "Đáp số: 48 m, còn tuỳ.", "Đáp số: chưa rõ, tạm ghi 48 m.",
             "Đáp số: 48 m. Bạn hãy kiểm tra lại vì có thể mình sai.", "Đáp số: ước chừng 48 m",
             question=Q24),
        *rows("B", True,
             "So the answer is $\\boxed{B}$.", "\\boxed{B}",
             question=Q25),
        *rows("B", False,
             "The final answer is (B) or (C).", "Đáp án: B?",
             question=Q25),
    ],
}  # fmt: skip
CASES = [
    pytest.param(*row, id=f"{name}: {row[3]!a} / {row[1]!a}")
    for name, several in SECTIONS.items()
    for row in several
]


@pytest.mark.parametrize(("right", "gold", "question", "response"), CASES)
def test_only_a_right_answer_scores(
    right: bool, gold: str, question: str | None, response: str
) -> None:
    got = grade(response, parse_gold(gold), question=question, explain=True)
    assert (got.verdict == "correct") is right, got
