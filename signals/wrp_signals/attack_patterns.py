"""What an attack on instructions looks like: each trait by patterns over roles of words, by phrases, or by markers.

A table: name, what it is worth before any data spoke (log odds), what matches it. Judges nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class Trait(NamedTuple):
    """`roles`: RE2 patterns over the letters of attack_words.py, one letter per word. `phrases`: words as words_of
    gives them, joined by single spaces, phrases apart by "|". `markers`: RE2 patterns over the text itself."""

    name: str
    prior: float
    roles: tuple[str, ...] = ()
    phrases: str = ""
    markers: tuple[str, ...] = ()


FROM_NOW_ON = (
    "from now on|from this point|from here on|for the rest of|for the remainder of|going forward you|until i say|"
    "unless i say|a partir de ahora|à partir de maintenant|ab jetzt|ab sofort|a partir de agora|ora in poi|vanaf nu|"
    "od teraz|отныне|с этого момента|从现在开始|从现在起|これから|지금부터|من الآن|şu andan itibaren|"
    "mulai sekarang|अब से"
)
PERSONA = (
    "act as|acting as|act like|pretend to be|pretend you|pretend that you|pretend to have|roleplay as|role play as|"
    "play the role|take on the role|assume the role|assume the identity|impersonate|play the part|take the role|"
    "actúa como|actua como|agis comme|verhalte dich|finja ser|aja como|comportati come|fai finta|rol yap|"
    "bertindak sebagai|扮演|假装|なりきって|역할을"
)
YOU_ARE_NOW = (
    "you are now|you re now|you will now|you are going to|you are about to|you have been|you are no longer|you will be|"
    "your new|you are free|your name is now|ahora eres|tu es maintenant|du bist jetzt|agora você é|ora sei|теперь ты|"
    "你现在是|从现在起你|あなたは今"
)
ITS_PROMPT = (
    "system prompt|initial prompt|original prompt|hidden prompt|your prompt|your instructions|instructions above|"
    "above instructions|text above|words above|sentence above|prompt above|first message|were you told|you were told|"
    "you were given|were you given|told not to|not supposed to|not allowed to|your developers|your creators|系统提示|"
    "システムプロンプト|시스템 프롬프트|prompt del sistema|prompt système|prompt do sistema|системный промпт"
)
ON_COMMAND = (
    "repeat after me|repeat the following|say yes|respond only|reply only|only respond|respond with|reply with|"
    "confirm by|answer with|do not mention|do not say|do not tell|do not include any|say i understand|if you understand"
)
AUTHORITY = (
    "i am your|i m your|as your developer|i am the developer|authorized|for educational purposes|for research purposes|"
    "for testing purposes|this is a test|just a test|with my permission|has been approved"
)
ENDS = (
    "end of document|end of text|end of prompt|end of input|end of context|end of instructions|end user|begin user|"
    "new session|end of user"
)
NOTE = (
    "important note to|note to the ai|attention ai|dear ai|hey ai|note to ai|if you are an ai|"
    "if you are a language model|"
    "when summarizing|hello chatgpt|hi chatgpt|hey chatgpt"
)
ABOUT = (
    "the phrase|the term|what does it mean|what is the difference|how does|why do|explain why|meaning of|"
    "in the context of|how can i|how do i|can you explain"
)
ANYTHING = (
    "do anything now|can do anything|say anything|answer anything|answers anything|any and all|no matter what|"
    "no matter how|regardless of|at all costs"
)
TWICE = "two responses|two different responses|two answers|two different ways|both responses|normal response"
TEMPLATE = (
    r"(?i)<\|(im_start|im_end|system|user|assistant|endof|eot|start_header|begin_of)",
    r"(?i)\[/?inst\]|<</?sys>>|<(start|end)_of_turn>|</s>",
)
SYSTEM_TURN = (
    r"(?im)^\W{0,6}(system|developer|admin|administrator|root)\W{0,3}"
    r"(message|prompt|note|override|update|instructions?|command|alert)?\W{0,4}[:\]}>]",
    r"(?i)[\[{<(]\W{0,2}(system|admin|developer|override|important|instructions?)\b|```system",
)
VOICES = r"(?i)[\[(🔒🔓].{0,3}(gpt|chatgpt|classic|jailbreak|dan|normal|unfiltered)\W{0,3}[\])]|🔓"
CODE = r"(?i)requests\.(get|post)|subprocess|os\.(system|environ)|socket\.|urllib|smtplib|ftplib|rm -rf|/etc/passwd"
PLACEHOLDER = r"(?i)[\[{<](insert|your|the|user)?.{0,3}(prompt|question|request|query|topic|goal)s?( here)?[\]}>]"

TRAITS = (
    # set aside what was said before
    Trait("sets aside earlier instructions", 2.5, ("V.{0,4}P.{0,3}[IRO]", "V.{0,3}k.{0,3}[IR]", "P.{0,3}[IR].{0,3}V")),
    Trait("sets aside instructions", 1.2, ("V.{0,5}I", "v.{0,3}[Pk].{0,2}[IR]", "[PIRk]{1,2}.{0,5}v")),
    Trait("sets aside rules or limits", 1.0, ("V.{0,4}[RXE]",)),
    Trait("forgets what was said", 1.3, ("V.{0,3}[aO].{0,4}[yPw]", "V.{0,2}[aPO]$", "V.{0,2}P")),
    Trait("does not follow rules", 1.2, ("N.{0,3}F.{0,6}[IRXE]", "N.{0,2}F.{0,3}S")),
    Trait("gives new instructions", 1.0, ("n.{0,2}I", "[Io].{0,4}n.{0,2}[IR]")),
    # licence
    Trait("without restrictions", 1.5, ("W.{0,4}X",)),
    Trait("without rules", 0.7, ("W.{0,3}[RE]", "N.{0,3}E")),
    Trait("unfiltered", 0.6, ("U",)),
    Trait("unfiltered model", 1.3, ("L.{0,8}[UX]", "U.{0,5}[LM]", "X.{0,2}[LM]")),
    Trait("never refuses", 1.3, ("[NW].{0,4}Z",)),
    Trait("permits forbidden content", 0.6, ("a.{0,4}h", "h.{0,2}h", "E.{0,2}[EhRN]")),
    Trait("jailbreak by name", 1.0, ("J",)),
    Trait("do anything now", 2.0, (), ANYTHING),
    # persona
    Trait("acts as a model", 1.0, ("C.{0,5}L", "C.{0,6}U", "C.{0,6}M")),
    Trait("assigns a persona", 0.4, (), PERSONA),
    Trait("you are now", 0.9, ("y.{0,2}T.{0,3}[LMUS]",), YOU_ARE_NOW),
    Trait("special mode", 1.3, ("[SU].{0,2}M", "S.{0,3}T", "M.{0,3}[SU]"), "mode enabled|mode activated|god mode"),
    Trait("from now on", 0.9, (), FROM_NOW_ON),
    Trait("stays in character", 1.0, ("s.{0,2}[Mr]",), "in character|out of character|never break|stay as|stands for"),
    Trait("answers twice", 0.9, (), TWICE),
    Trait("speaks of models", 0.4, ("y.{0,3}L", "k.{0,2}L"), "as chatgpt|as an ai|language model|knowledge cutoff"),
    # give away
    Trait("reveals instructions", 1.8, ("[gG].{0,5}k.{0,3}I", "[gG].{0,4}[PS].{0,3}[IO]", "g.{0,5}I", "I.{0,4}g")),
    Trait("asks for instructions", 0.7, ("G.{0,4}I", "G.{0,3}k.{0,2}R", "G.{0,4}O.{0,2}P", "y.{0,4}w.{0,6}I")),
    Trait("its instructions", 0.7, ("k.{0,2}I", "S.{0,1}I", "I.{0,3}w.{0,2}y", "y.{0,2}w.{0,3}N")),
    Trait("reveals a secret", 1.2, ("g.{0,5}[Kl]", "K.{0,4}g", "w.{0,3}N.{0,3}g")),
    Trait("asks for a secret", 0.6, ("G.{0,6}K", "K.{0,3}[Kl]", "w.{0,6}K", "K.{0,6}w", "y.{0,3}w.{0,4}[Kl]")),
    Trait("plays with a secret", 0.8, ("K.{0,8}i", "i.{0,6}K", "K.{0,1}c", "[il].{0,3}[il].{0,3}[il]")),
    Trait("sends data away", 1.0, ("[gG].{0,8}[Kl].{0,8}z", "[gG].{0,6}O.{0,6}z"), "send it to|send them to"),
    Trait("asks about its prompt", 1.5, (), ITS_PROMPT),
    # shape the answer
    Trait("dictates how the answer begins", 0.8, ("B.{0,4}k.{0,2}Q",), "sure here|start with|begin with"),
    Trait("changes your answer", 1.0, ("m.{0,4}k.{0,3}Q", "Q.{0,3}m")),
    Trait("your answer", 0.3, ("k.{0,2}Q",)),
    Trait("encodes the answer", 1.0, ("[kQG].{0,6}e", "e.{0,6}Q")),
    Trait("codes and ciphers", 0.3, ("e",)),
    Trait("plants code", 1.2, ("m.{0,6}f.{0,3}c", "f.{0,2}c.{0,2}c", "c.{0,8}k.{0,3}Q")),
    Trait("repeats on command", 0.5, (), ON_COMMAND),
    Trait("forces", 0.3, ("x.{0,3}a", "y.{0,2}x", "x.{0,3}[NQF]")),
    # excuses
    Trait("hypothetical frame", 0.2, ("H",)),
    Trait("hypothetical frame without rules", 0.7, ("H.{0,9}[WNX].{0,4}[RXEL]", "H.{0,12}[LU]")),
    Trait("dangerous things", 0.3, ("d",)),
    Trait("claims authority", 0.7, ("y.{0,4}S", "[yk].{0,3}S.{0,3}[LMI]", "L.{0,5}R"), AUTHORITY),
    # marks
    Trait("chat template marks", 1.8, (), "", TEMPLATE),
    Trait("fake system turn", 1.2, (), "", SYSTEM_TURN),
    Trait("turns inside the text", 0.5, (), "", (r"(?im)^\W{0,4}(assistant|chatgpt|gpt|ai|bot|model|dan)\W{0,3}:",)),
    Trait("ends the document", 1.2, (), ENDS, (r"(?i)[-=#*%~]{3,} ?/?(end|begin|start|new|stop)\b",)),
    Trait("labelled voices", 0.9, (), "", (VOICES,)),
    Trait("note to a model", 0.8, ("[qI].{0,3}L", "L.{0,1}o", "L.{0,6}x.{0,3}[QGg]"), NOTE),
    Trait("speaks of the user", 0.5, ("[GgQm].{0,2}Y", "Y.{0,2}Q"), "the user s|this user"),
    Trait("claims to be broken", 0.8, (), "pwned|been hacked|been compromised|was hacked"),
    Trait("network or shell code", 0.3, (), "", (CODE,)),
    Trait("placeholder for a request", 0.7, (), "", (PLACEHOLDER,)),
    Trait("image that carries data", 0.9, (), "", (r"!\[[^\]]{0,80}\]\(https?://[^)]{0,200}[?=]",)),
    # speaks about attacks, not to a model
    Trait("speaks about it", -0.5, (), ABOUT),
)

DISGUISES = ("spaced letters", "base64 text", "escaped text", "leet words", "hidden characters", "disguised words")
"""Words of attacks that decoding finds; the last says that they show traits which the text as written does not."""

MEASURES = ("speaks to you", "forces, share", "models, share", "length", "traits, count")
"""Amounts, in [0, 1]."""

DISGUISE_PRIORS = (0.8, 0.8, 0.8, 0.5, 0.8, 1.5)
MEASURE_PRIORS = (0.0, 0.0, 0.0, 0.0, 3.0)
NAMES = (*(trait.name for trait in TRAITS), *DISGUISES, *MEASURES)
PRIORS = (*(trait.prior for trait in TRAITS), *DISGUISE_PRIORS, *MEASURE_PRIORS)

FREE = frozenset({
    "speaks about it", "length", "speaks to you", "forces, share", "network or shell code", "hypothetical frame",
    "dangerous things", "codes and ciphers",
})  # fmt: skip
"""Traits that may speak against an attack."""
