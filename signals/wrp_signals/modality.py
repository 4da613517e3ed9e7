"""What else than text goes in, and what else than text is wanted: pictures and sound. It sees that a message has a
picture, never the picture.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from .facts import Reading, RequestView
from .materials import Materials
from .pattern import Patterns, options_of
from .signal import Tier, ValueType
from .spec import EVIDENCE, Spec
from .words import folded

HEAD, TAIL = 400, 200
"""Characters of the last message's beginning and end in which a wish for pictures or speech is looked for."""

MEMORY = 32 << 20
"""Bytes that the patterns' automaton may grow to."""

WISH = 0.85
"""How sure a wish in words is. Set by hand."""

DRAWN = r"""(?:image|picture|pic|photo|photograph|illustration|drawing|logo|icon|poster|wallpaper|painting|portrait|
sketch|
avatar|banner|meme|artwork|cartoon|comic strip|album cover|book cover|sticker|mural|watercolou?r|pixel art|
concept art)s?"""
MAKE = r"(?:draw|sketch|paint|illustrate|generate|create|make|design|produce|render|show|give|want|need|imagine)"


class Wish(NamedTuple):
    """What is wanted where `pattern` (RE2, over lower-cased text) matches: image_output, speech_output, or neither."""

    wants: str
    pattern: str


NEITHER = "neither"
WISHES = (
    Wish(
        "image_output",
        rf"""\b{MAKE}(?: (?:me|us))?(?: (?:an?|the|some|another|one|two|\d+|new|my|
our))?(?: [\w-]+){{0,4}} {DRAWN}\b""",
    ),
    Wish("image_output", r"\b(?:draw|paint|sketch)(?: me| us)? (?:an?|some|my|two|three) \w+"),
    Wish("image_output", rf"^(?:an? )?(?:[\w-]+ ){{0,3}}{DRAWN} (?:of|showing|depicting|with) "),
    Wish(
        "image_output",
        r"""\b(?:edit|retouch|upscale|colou?ri[sz]e|crop|remove the background (?:of|
from)) (?:this|the|my) (?:image|picture|photo)""",
    ),
    Wish("image_output", r"\b(?:midjourney|stable diffusion|dall-?e)\b.{0,40}\b(?:image|picture|make|create|generate)"),
    Wish(
        "image_output",
        r"""画一|画个|画出|画张|帮我画|生成.{0,12}(?:图片|图像|照片|插画|海报|头像)|做一张.{0,8}(?:图|海报)|絵を描|描いて|画像を(?:生成|作)|
그려|그림을 (?:그|만들)|이미지를? (?:생성|만들)""",
    ),
    Wish(
        "image_output",
        r"""\b(?:dibuja|dib[úu]jame|(?:genera|crea|haz|hazme)(?:r)? una? (?:imagen|foto|dibujo|
ilustraci[óo]n|logo)|dessine|
(?:g[ée]n[èe]re|cr[ée]e|fais)[\w-]* une? (?:image|photo|dessin|illustration|logo)|zeichne|male mir|(?:erstelle|
generiere|mach)[\w ]{0,12}
 (?:bild|foto|logo|illustration)|desenhe|(?:gere|crie) uma? (?:imagem|foto|desenho|ilustra[çc][ãa]o|logo)|disegna|
(?:genera|crea)
 un(?:a|')? ?(?:immagine|foto|disegno|logo))""",
    ),
    Wish(
        "image_output",
        r"""нарисуй|(?:сгенерируй|создай|сделай).{0,15}(?:картинк|изображени|рисунок|логотип)|ارسم|
चित्र बना""",
    ),
    Wish(
        "speech_output",
        r"""\bread (?:(?:this|it|that|the \w+|me \w+|your answer|
the following)(?: \w+){0,3} )?(?:aloud|out loud|to me)\b""",
    ),
    Wish(
        "speech_output",
        r"""\b(?:say|speak|answer|reply|respond|tell me) .{0,40}\b(?:aloud|out loud|with (?:your|
a) voice|by voice|in audio)\b""",
    ),
    Wish(
        "speech_output",
        r"""\b(?:generate|create|make|give|record|produce|send)(?: me)? (?:an? |the |
some )?(?:[\w-]+ ){0,3}(?:audio(?:book| file| clip| version)?|voice-?over|voice (?:message|note|recording)|
spoken version|mp3|speech (?:audio|file)|narration)\b""",
    ),
    Wish(
        "speech_output",
        r"""\b(?:convert|turn) .{0,60}\b(?:to|into) (?:speech|audio|an? (?:mp3|audio\w*|
voice\w*))\b|\bnarrate (?:this|the|it)\b""",
    ),
    Wish(
        "speech_output",
        r"""朗读|念给我听|读出来|用语音|转成语音|読み上げ|音声で|읽어 줘|음성으로|прочитай вслух|озвуч|lee en voz alta|
lis [àa] (?:haute )?voix|vorlesen|lies .{0,20} vor\b""",
    ),
    Wish(
        NEITHER,
        r"""\b(?:code|script|function|python|javascript|html|css|svg|docker\w*|container|kubernetes|iso|
disk|matplotlib|plot|chart|
class(?:ifier|ification)?|tags?|prompts?|descriptions?|captions?|alt text|url|dataset|metadata|program|app|api|
component|canvas|
tkinter|opencv|tensorflow|pytorch|sql|regex|ascii|latex|tikz|mermaid|graphviz|diagram|story|storyteller|essay|poem|
paragraph|conclusions?|big picture|in words|with words)\b|\bpaint(?:s|er|ed|ing)? (?:the|his|her|an?|one|
\w+'s) (?:\w+ ){0,2}(?:room|wall|house|home|fence|exterior)""",
    ),
)
TEXT = Reading("text")


class ModalitySpec(Spec, frozen=True, tag="modality"):
    """What the request takes besides text: `image_output` and `speech_output` where the last user message asks for
    them,
       else `audio_input` and `image_input` where any message has some, else `text`."""

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False

    def build(self, materials: Materials | None = None) -> Modality:
        return Modality()


class Modality:
    """Value: one of the five words; score: 1 for what a message has, less for what words ask for; evidence: all of them
    that apply, how many messages have pictures or sound."""

    value_type: ValueType = ModalitySpec.value_type
    tier: Tier = "none"
    expected_cost = 10e-6

    def __init__(self) -> None:
        self._wishes = Patterns([wish.pattern.replace("\n", "") for wish in WISHES], options_of(MEMORY))

    def read(self, view: RequestView, vector: object = None) -> Reading:
        images = audio = 0
        for message in view.messages:
            images += message.images > 0
            audio += message.audio > 0
        wish = self._wish(view.asked())
        if not (wish or audio or images):
            return TEXT
        found = ((wish, "asked for"), ("audio_input", audio), ("image_input", images))
        evidence = [f"{name}: {seen}" for name, seen in found if name and seen]
        value = wish or ("audio_input" if audio else "image_input")
        return Reading(value, WISH if wish else 1.0, tuple(evidence[:EVIDENCE]))

    def _wish(self, text: str) -> str:
        """image_output or speech_output where words ask for one, "" where they do not."""
        seen = text if len(text) <= HEAD + TAIL else f"{text[:HEAD].rstrip()} {text[-TAIL:].lstrip()}"
        matched = self._wishes.found(folded(seen))
        if not matched:
            return ""
        wants = {WISHES[index].wants for index in matched}
        if "speech_output" in wants:
            return "speech_output"
        return "image_output" if "image_output" in wants and NEITHER not in wants else ""
