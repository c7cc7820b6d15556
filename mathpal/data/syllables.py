"""Vietnamese syllables: onset, rime, and the tones that a stop allows."""

import re
import unicodedata

ONSET = r"(?:ngh?|nh|n|ph|p|th|tr|t|ch|c|gh|gi|g|kh|k|qu|[bdđhlmrsvx])?"
RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu y ych ynh yt yêm yên yêng yêt yêu
o oc oi om on ong op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt
oe oen oeo oet ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uc ui um un ung up ut uân uâng uât uây uê uêch uênh uêu uy uya uych uyên uyêt uyn uynh uyp
uyt uyu uơ uôc uôi uôm uôn uông uôt ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
""".split()
_SYLLABLE = re.compile(f"{ONSET}(?:{'|'.join(RIMES)})")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_STOPPED = re.compile(r"(?:[cpt]|ch)$")  # such syllables have the tone sắc or nặng only


def is_syllable(word: str) -> bool:
    """Whether a lower-case word is a possible Vietnamese syllable.

    Example:
        >>> [is_syllable(word) for word in ("tích", "tich", "nghiêng", "square")]
        [True, False, True, False]
    """
    parts = unicodedata.normalize("NFD", word)
    tones = _TONES.findall(parts)
    base = unicodedata.normalize("NFC", _TONES.sub("", parts))
    if len(tones) > 1 or _SYLLABLE.fullmatch(base) is None:
        return False
    return not _STOPPED.search(base) or (bool(tones) and tones[0] in "\u0301\u0323")
