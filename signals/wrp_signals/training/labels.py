"""What people write as labels, understood: yes and no in many words, names of classes and languages however spelt.

It guesses nothing: what it does not know stays as written, or is refused where only yes or no will do.
"""

from __future__ import annotations

from collections.abc import Callable

YES = frozenset(
    """1/true/yes/y/t/positive/pos/unsafe/bad/flagged/violation/blocked/block/match/
    jailbreak/jailbroken/jailbreak attempt/injection/prompt injection/direct injection/indirect injection/attack/
    prompt attack/adversarial/malicious/harmful/toxic/dangerous/spam/pii/has pii/contains pii/sensitive/secret/
    hard/difficult/complex/high/needed/required/factual/fact check/needs fact check/fact check needed/
    fact check required/requires verification/needs verification/verifiable""".replace("\n    ", "").split("/")
)
NO = frozenset(
    """0/false/no/n/f/negative/neg/safe/good/unflagged/allowed/allow/ok/pass/passed/benign/clean/clear/harmless/
    legitimate/legit/normal/regular/ham/none/neutral/easy/simple/low/default/creative/opinion/unverifiable""".replace(
        "\n    ", ""
    ).split("/")
)
DENIALS = ("not ", "no ", "non ", "without ")
LARGEST = 1e300
"""A number from which on nobody means it: ints have no end, floats do."""

BETWEEN = {"medium": 0.5, "moderate": 0.5, "mid": 0.5}
OUT_OF_SCOPE = frozenset({"oos", "ood", "out of scope", "out of domain"})

_LANGUAGES = """
af afr afrikaans;am amh amharic;ar ara arabic;as asm assamese;az aze azerbaijani;ba bak bashkir;be bel belarusian;
bg bul bulgarian;bn ben bengali;bo bod tib tibetan;br bre breton;bs bos bosnian;ca cat catalan;ceb cebuano;
co cos corsican;cs ces cze czech;cy cym wel welsh;da dan danish;de deu ger german;dv div dhivehi;el ell gre greek;
en eng english;eo epo esperanto;es spa spanish castilian;et est estonian;eu eus baq basque;fa fas per persian farsi;
fi fin finnish;fo fao faroese;fr fra fre french;fy fry frisian;ga gle irish;gd gla gaelic;gl glg galician;
gu guj gujarati;ha hau hausa;haw hawaiian;he iw heb hebrew;hi hin hindi;hr hrv croatian;ht hat haitian;
hu hun hungarian;hy hye arm armenian;id in ind indonesian;ig ibo igbo;is isl ice icelandic;it ita italian;
ja jp jpn japanese;jv jav javanese;ka kat geo georgian;kk kaz kazakh;km khm khmer;kn kan kannada;ko kr kor korean;
ku kur kurdish;ky kir kyrgyz;la lat latin;lb ltz luxembourgish;lg lug ganda luganda;lo lao;lt lit lithuanian;
lv lav latvian;mg mlg malagasy;mi mri mao maori;mk mkd mac macedonian;ml mal malayalam;mn mon mongolian;
mr mar marathi;ms msa may malay;mt mlt maltese;my mya bur burmese;nb no nob nor norwegian bokmal;ne nep nepali;
nl nld dut dutch;nn nno nynorsk;ny nya chichewa;oc oci occitan;or ori odia oriya;pa pan punjabi;pl pol polish;
ps pus pashto;pt por portuguese;ro ron rum romanian;ru rus russian;rw kin kinyarwanda;sa san sanskrit;
sd snd sindhi;si sin sinhala;sk slk slo slovak;sl slv slovene slovenian;sm smo samoan;sn sna shona;so som somali;
sq sqi alb albanian;sr srp serbian;st sot sotho;su sun sundanese;sv swe swedish;sw swa swahili;ta tam tamil;
te tel telugu;tg tgk tajik;th tha thai;tk tuk turkmen;tl fil tgl tagalog filipino;tn tsn tswana;tr tur turkish;
ts tso tsonga;tt tat tatar;ug uig uyghur;uk ukr ukrainian;ur urd urdu;uz uzb uzbek;vi vie vietnamese;xh xho xhosa;
yi ji yid yiddish;yo yor yoruba;zh cn zho chi cmn chinese mandarin;zu zul zulu
"""
LANGUAGES = {name: names[0] for names in map(str.split, _LANGUAGES.split(";")) for name in names}
"""Every code and English name of a language, to its ISO 639-1 code."""

_FEEDBACK = """
satisfied/positive/sat/happy/thanks/good;wrong/wrong answer/incorrect/negative/dissatisfied/unsatisfied/correction/bad;
unclear/need clarification/needs clarification/clarification/confused;reask/re ask/repeat/repeated/rephrase;
alternative/want different/wants different/different/other;none/neutral/no feedback/n/a
"""
FEEDBACK = {
    name.strip(): names.split("/")[0].strip()
    for names in _FEEDBACK.replace("n/a", "na").split(";")
    for name in names.split("/")
}
"""What data sets call what users say of an answer, to the signal's words."""


def plain(label: object) -> str:
    """A label without case, underscores, hyphens and doubled spaces: "Computer_Science" is "computer science"."""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return " ".join(str(label).lower().replace("_", " ").replace("-", " ").split())


def yes_or_no(label: object, positive: str = "") -> bool:
    """Whether a label is the positive one: `positive` and nothing else where it is given; otherwise words for yes and
    no, denied ones ("not_jailbreak", "no pii") too. Raises ValueError for a word that is neither."""
    word = plain(label)
    if positive:
        return word == plain(positive)
    bare = next((word.removeprefix(denial) for denial in DENIALS if word.startswith(denial)), word)
    bare = bare.replace(" not ", " ", 1)
    if bare in YES or bare in NO:
        return (bare in YES) is (bare == word)
    raise ValueError(f"label {label!r} is neither yes nor no (--positive says which one is yes)")


def number_of(label: object) -> float:
    """A label as a number; yes (hard) is 1, no (easy) is 0, and medium between them. Raises ValueError for anything
    else, or what is not finite."""
    if isinstance(label, int | float):
        value = float(label) if abs(label) < LARGEST else float("inf")
    else:
        try:
            value = float(str(label))
        except ValueError:
            between = BETWEEN.get(plain(label))
            value = float(yes_or_no(label)) if between is None else between
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"label {label!r} is not a finite number")
    return value


def language_of(label: object) -> str:
    """The ISO 639-1 code of a language by code ("DE", "deu", "zh-Hant") or name; else the label, made plain."""
    word = plain(label)
    return LANGUAGES.get(word) or LANGUAGES.get(word.split(" ")[0], word)


def feedback_of(label: object) -> str:
    """What a user says of an answer, by the word that the signal has for it; else the label, made plain."""
    word = plain(label)
    return FEEDBACK.get(word, word)


def class_of(kind: str) -> Callable[[object], str]:
    """How classes of a signal of this kind are compared."""
    return CLASSES.get(kind, plain)


CLASSES: dict[str, Callable[[object], str]] = {"language": language_of, "feedback": feedback_of}
