"""The language of what the user writes, or that there is none."""

import msgspec
import pytest

from wrp_signals import LanguageSpec, Materials, Message, RequestView

SIGNAL = LanguageSpec().build(Materials.none())
SENTENCES = {
    "en": "The committee will meet again on Thursday to discuss the budget.",
    "de": "Der Ausschuss trifft sich am Donnerstag wieder, um über den Haushalt zu sprechen.",
    "fr": "Le comité se réunira de nouveau jeudi pour discuter du budget.",
    "es": "El comité se reunirá de nuevo el jueves para hablar del presupuesto.",
    "pt": "A comissão vai reunir-se outra vez na quinta-feira para discutir o orçamento.",
    "tr": "Komite bütçeyi görüşmek üzere perşembe günü yeniden toplanacak.",
    "vi": "Ủy ban sẽ họp lại vào thứ năm để thảo luận về ngân sách.",
    "sw": "Kamati itakutana tena siku ya Alhamisi kujadili bajeti ya serikali.",
    "ru": "Комитет снова соберётся в четверг, чтобы обсудить бюджет.",
    "uk": "Комітет знову збереться у четвер, щоб обговорити бюджет.",
    "ar": "ستجتمع اللجنة مرة أخرى يوم الخميس لمناقشة الميزانية.",
    "fa": "کمیته روز پنجشنبه دوباره برای بررسی بودجه تشکیل جلسه می‌دهد.",
    "hi": "समिति बजट पर चर्चा करने के लिए गुरुवार को फिर से मिलेगी।",
    "zh": "委员会将于星期四再次开会讨论预算。",
    "ja": "委員会は木曜日に再び会合を開き、予算について話し合います。",
    "ko": "위원회는 목요일에 다시 모여 예산을 논의할 것이다.",
    "th": "คณะกรรมการจะประชุมอีกครั้งในวันพฤหัสบดี",
    "el": "Η επιτροπή θα συνεδριάσει ξανά την Πέμπτη.",
    "km": "គណៈកម្មាធិការនឹងជួបគ្នាម្តងទៀត",
}


def said(*texts):
    """A conversation of the user's messages, each answered in English."""
    turns = [
        Message(role, text) for text in texts for role, text in (("user", text), ("assistant", "I see, thank you."))
    ]
    return RequestView("chat", "m", tuple(turns[:-1]))


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_are_in_their_language(language):
    """By script, or by letters; and surely."""
    reading = SIGNAL.read(said(SENTENCES[language]))
    assert reading.value == language
    assert reading.score > 0.8


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("", "no letters"),
        ("2 + 2 = ?", "no letters"),
        ("```\nlet x = 1\n```", "no letters"),
        ("def f(x):\n    y = x[0]\n    return g(y)\n", "code"),
    ],
)
def test_what_is_in_no_language_is_unknown(text, evidence):
    """Without letters, or code alone."""
    reading = SIGNAL.read(said(text))
    assert (reading.value, reading.score, reading.evidence) == ("unknown", 0.0, (evidence,))


def test_the_prose_around_code_counts():
    """Code in fences is not looked at, however much there is."""
    code = "for item in items:\n    print(item)\n" * 30
    assert SIGNAL.read(said(f"Was macht dieses Programm hier?\n```\n{code}```")).value == "de"


def test_a_word_is_in_the_language_of_the_conversation():
    """What the user said before counts where there are few letters; what the assistant said never does."""
    assert SIGNAL.read(said(SENTENCES["de"], "ok")).value == "de"
    assert SIGNAL.read(said(SENTENCES["de"], SENTENCES["fr"])).value == "fr"
    assert SIGNAL.read(said(SENTENCES["ja"], "12")).value == "ja"


def test_the_runner_up_is_evidence():
    """And the best, where it is not sure enough."""
    view = said("Hotel taxi bank")
    reading = SIGNAL.read(view)
    assert reading.evidence[0].startswith("then ")
    unsure = LanguageSpec(unknown_below=0.99).build(Materials.none()).read(view)
    assert (unsure.value, unsure.score) == ("unknown", reading.score)
    assert unsure.evidence[0].startswith(f"{reading.value} at 0.")


def test_languages_can_be_few():
    """Only those named are answered; other scripts are unknown."""
    signal = LanguageSpec(among=("en", "de", "ko")).build(Materials.none())
    assert signal.read(said(SENTENCES["es"])).value in ("en", "de")
    assert signal.read(said(SENTENCES["ko"])).value == "ko"
    for language in ("ru", "th"):
        assert signal.read(said(SENTENCES[language])).evidence[0].endswith("script")


def test_codes_are_codes():
    """`among` refuses names of languages; a table of one's own is read where the house reads files."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "language", "among": ["English"]}, LanguageSpec)
    wanted = []

    def read(name):
        wanted.append(name)
        raise FileNotFoundError(name)

    with pytest.raises(Exception, match="wrp train language"):
        LanguageSpec(table="mine/language-card.json").build(Materials(read_file=read))
    assert wanted == ["mine/language-card.json"]
