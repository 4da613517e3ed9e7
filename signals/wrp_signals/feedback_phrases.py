"""How people say what they think of an answer: RE2 patterns over lower-cased text, by what they say. Set by hand.

A table. Whoever reads it decides what several of them together mean. Line ends inside patterns are not part of them; a
pattern that reaches the end of the message (`$`) is meant for brief messages. There are no counted gaps: they would
make the automaton large, and slow on every text that is new to it.
"""

from __future__ import annotations

from typing import NamedTuple

STRONG, PLAIN, HINT = 0.95, 0.8, 0.55
"""How sure a phrase is where an answer went before: it says nothing else; it seldom does; it often does."""

NO_ANSWER = {STRONG: 0.8, PLAIN: 0.6, HINT: 0.4}
"""The same where the conversation shows no answer: one message may be all that a client sends."""


class Phrase(NamedTuple):
    """`says`: wrong, unclear, alternative or satisfied. `brief`: only where the whole message says little else."""

    says: str
    sure: float
    pattern: str
    brief: bool


NOUN = r"""(?:answer|response|reply|solution|code|fix|explanation|result|output|suggestion|recommendation|advice|info|
information|example|summary|translation|version|calculation|math|query|function|script|formula|number|date|name|list|
link|source|quote|claim|step|line|part|point|paragraph)s?"""
IT = rf"(?:that|this|it|these|those|they|(?:the|your|ur|that|this)(?: \w+){{0,2}} {NOUN})"
ADVERB = r"""(?: \w+ly| still| just| all| also| so| too| a bit| a little| very| quite| even| kind of| kinda| simply|
 plain| flat out| now| at all)*"""
IS = rf"""{ADVERB}(?:'s|’s|s|'re|’re| is| was| are| were| looks?| seems?| sounds?| feels?){ADVERB}"""
NOT = r"(?: not|n't|n’t|nt)"
BEGIN = r"""^(?:(?:um+|hm+|no|nope|nah|ok|okay|well|sorry|wait|but|actually|hey|sir|dude|bro|and|so|yes|yep|yeah|oh|ah|
wow|great|perfect|alright|haha|lol|now)[\s,.!…-]+){0,3}"""
BAD = r"""(?:wrong|incorrect|false|inaccurate|mistaken|untrue|nonsense|bogus|broken|garbage|rubbish|made[- ]up|outdated|
out of date|misleading|not real|an? (?:mistake|error|lie|hallucination))"""
POOR = r"(?:bad|terrible|awful|horrible|useless|poor|worst|unhelpful|stupid|dumb|not helpful|not useful|no help|lame)"
GOOD = r"""(?:perfect|great|awesome|excellent|brilliant|wonderful|amazing|fantastic|lovely|superb|beautiful|nice|cool|
sweet|helpful|useful|correct|right|spot on|clear|good|better)"""
GET = r"(?:understand|understood|get|got|follow|see|grasp|comprehend)"
SAID = r"""(?:that|this|it|what you (?:said|mean|meant|wrote|just said)|your \w+|the (?:\w+ ){0,2}(?:part|point|step|
bit|paragraph|answer|explanation|term|line))"""
OTHER = r"(?:another|a different|different|an? alternative|alternative|some other|any other|other|any more)"
KIND = r"""(?:way|approache?|option|answer|version|idea|solution|suggestion|example|method|take|one|perspective|style|
angle|choice|recommendation|variant|variation|alternative|explanation|name|title)s?"""
SOME = r"(?:some|a few|a couple|a couple of|several|\d+|two|three|four|five|ten|any|many)"
THANKS = r"(?:thanks?(?: you)?|thank u|thx|ty|tysm|cheers|much appreciated|appreciate (?:it|that|this|your))"

WRONG = {
    STRONG: (
        rf"\b{IT}{IS} {BAD}\b",
        rf"\b{IT}{IS}{NOT}{ADVERB} (?:right|correct|true|accurate|it\b|close|what i (?:asked|meant|wanted|said|need))",
        rf"\b{IT}{IS}{NOT}? {POOR}\b",
        rf"\byour (?:previous|last|earlier|first) .*\b(?:is|was|were|are){ADVERB} {BAD}\b",
        r"\byou(?:'re|’re|r| are| were| got| have| had|'ve|’ve)?(?: \w+){0,3} (?:wrong|incorrect|mistaken|mixed up)\b",
        r"""\byou(?:'ve|’ve| have)? (?:just )?(?:misunderstood|misread|misinterpreted|messed|hallucinated|made (?:a|an|
the|another|some|that|this|it|several)(?: \w+){0,2} (?:mistake|error|up)|made up|contradicted)""",
        r"""\byou (?:did|do|have|were)(?: not|n.t|nt) (?:answer|address|understand|follow|read|listen|do|fix|includ|
solv)""",
        rf"{BEGIN}(?:wrong|incorrect|false|not (?:true|right|correct|quite|really what|even close|what i asked))\b",
        rf"""\b(?:correct|fix|recheck|re-check|double[- ]check|check|revise|redo) (?:that|this|it|yourself|your|
the) ?(?:\w+ (?:in )?){{0,2}}(?:mistake|error|{NOUN})s?\b""",
        r"\b(?:contradicts?) (?:what you|your|itself|yourself)\b",
        r"""不对|错了|不正确|答错|有误|搞错|不是这样|还是不行|没有解决|没解决|回答错误|你弄错|胡说|違う|違います|間違|正しくない|
まちがい|틀렸|틀린|아니야|잘못된|잘못됐""",
        r"""\b(?:est[áa] mal|no es (?:correcto|cierto|verdad|as[íi])|est[áa]s? equivocad|respuesta (?:es |est[áa]
 )?(?:incorrecta|equivocada|mal)|te equivocas|te equivocaste|no funciona|(?:c'est|est) (?:faux|fausse|incorrecte?)|
ce n'est
 pas (?:correct|juste|vrai|[çc]a)|(?:tu te trompes|vous vous trompez)|[çc]a ne (?:marche|fonctionne) pas)""",
        r"""\b(?:(?:das|es|antwort) ist (?:falsch|nicht (?:richtig|korrekt|wahr))|stimmt nicht|funktioniert
 (?:immer noch |noch )?nicht|du liegst falsch|est[áa] errad|n[ãa]o est[áa] (?:certo|correto)|n[ãa]o funciona|resposta
 (?:est[áa] )?errada|è sbagliat|non è (?:corretto|vero|giusto)|hai sbagliato|non funziona)""",
        r"""это (?:неправильно|неверно|не так|ошибка|не правильно)|(?:неправильный|неверный) ответ|ответ
 (?:неправильный|неверный|неверен)|(?:ты|вы) ошиб|не работает|هذا خطأ|غير صحيح|خاطئ|गलत""",
    ),
    PLAIN: (
        rf"""{BEGIN}i (?:asked|meant|said|wanted|specified|told you)\b.*$|{BEGIN}i (?:did|do)n.t (?:ask|mean|
want)""",
        rf"""\b(?:you|your {NOUN}|it)(?:'ve|’ve| have| has)? (?:forgot|forgotten|missed|ignored|skipped|left out|
overlooked|omitted)\b""",
        r"\byou (?:keep|kept) (?:making|giving|getting|repeating|saying|ignoring|using|doing)\b|\byou forgot\b",
        r"^(?:no|nope|nah)[,.!]+ ?\w",
        rf"\b{IT}{ADVERB} (?:does|do|did|would|will|wo|ca){NOT}{ADVERB} (?:work|compile|run|solve|help|answer|fix|"
        rf"address|match|add up|exist)",
        rf"{BEGIN}(?:does|did|do|is|has)(?: not|n.?t)(?: work| help| solve| fix| run| compile| change)\b",
        r"""\bstill (?:wrong|incorrect|broken|not (?:working|right|correct|fixed|what)|does ?n.?t|fails?|failing|
throws?|
throwing|crash\w*|get(?:ting)? (?:the same|an?|this|that) (?:\w+ )?(?:error|exception|result|problem|issue))""",
        r"\b(?:did|does|has)(?:n.t| not) (?:solve|fix|answer|address|resolve|help with) (?:my|the|it|anything|that)",
        rf"""\b(?:error|mistake|bug|typo|problem|flaw)s? (?:in|with) (?:your|that {NOUN}|the {NOUN})\b|
\byour (?:error|mistake|bug)""",
        r"""\b(?:same|another|new) (?:error|exception|problem|issue|mistake|bug|result)s? ?(?:as before|again|now|
[.!,])""",
        r"\b(?:it|this|that|code|script|program|app) (?:throws|crashes|fails|errors|raises|gives me an error)\b",
        r"""\bi (?:do ?n.?t|do not) (?:think|believe) (?:that|this|it|you).* (?:right|correct|accurate|
true|work)""",
        r"\bthe (?:correct|right|real|actual|true) (?:answer|value|result|date|number|name|one) (?:is|was|should)\b",
        rf"\b{POOR} (?:answer|response|reply|advice|bot|ai|job|explanation|suggestion)",
        rf"^{POOR}[\s.!]*$",
        r"\b(?:leaves out|left out|does ?n.?t (?:mention|include|cover)|is missing|no such|does ?n.?t exist)\b.*$",
        r"""\bmixed up\b|\bwhere did you get (?:that|this)\b|\bnothing happens\b|\bnot (?:even )?what i (?:asked|
meant|said)""",
    ),
    HINT: (
        r"""\bare you (?:really |absolutely |100% |quite )?(?:sure|certain|serious)\b|^(?:really|seriously|nope|no|
wrong)[?!.\s]*$""",
        rf"{BEGIN}(?:it|that|this|the answer) should (?:be|have been|say)\b",
    ),
}
UNCLEAR = {
    STRONG: (
        rf"""\bi(?:'m|’m| am)?(?: still| really| just)* (?:do ?n.?t|do not|did ?n.?t|did not|ca ?n.?t|
cannot){ADVERB} {GET} {SAID}\b""",
        rf"""\b{IT}{IS} (?:unclear|confusing|vague|hard to (?:follow|understand|read)|difficult to (?:follow|
understand)|
ambiguous|over my head|too (?:technical|complicated|complex|abstract|advanced|dense)|gibberish|not clear)\b""",
        rf"\b{IT}{IS}{NOT}{ADVERB} (?:clear|understandable|easy to follow)\b|\b{IT} went (?:right |way )?over my head",
        rf"\b{IT} (?:does ?n.?t|did ?n.?t|makes? no|made no)(?: \w+)? ?sense\b",
        rf"\b(?:clarify|elaborate on|rephrase|restate|reword|simplify|expand on|unpack) {SAID}",
        rf"""\b(?:explain|say|describe|put|go over|break|walk me through|dumb|repeat)(?: to me)? {SAID}(?: down| again|
 through)*(?: for me| to me)?(?: \w+)? ?(?:more|again|further|better|in (?:simpl|plain|layman|other|an easier|easier|
more)|simpl|clear|step by step|like i|with an?|using)""",
        r"^(?:huh|what|sorry|pardon|come again|excuse me|wdym|eh|confused|meaning|i'm lost|no idea)[\s?!.]*$",
        r"""什么意思|看不懂|没看懂|没听懂|不明白|没明白|不懂|说清楚|讲清楚|解释清楚|说得更|讲得更|再解释|再讲|简单一点|详细一点|
どういう意味|わかりません|分かりません|わからない|もう少し(?:詳|簡|わか)|もっと(?:詳|簡|わか)|무슨 (?:뜻|말)|이해가 안|
이해하지 못|이해 못|더 (?:쉽게|자세히)""",
        r"""\b(?:no (?:lo )?entiendo|no (?:me )?queda claro|qu[ée] quieres decir|qu[ée] significa eso|explica(?:lo|me)?
 (?:mejor|otra vez|de nuevo|m[áa]s)|puedes aclarar|je ne comprends pas|j'ai pas compris|que veux-tu dire|
c'est pas clair|
ce n'est pas clair|explique[- ](?:mieux|encore|plus)|ich verstehe (?:das |es )?nicht|was meinst du|was bedeutet das|
unklar|erkl[äa]re? (?:das |es |mir das )?(?:genauer|nochmal|noch einmal|einfacher))""",
        r"""\b(?:n[ãa]o (?:entendi|entendo|ficou claro)|o que voc[êe] quer dizer|explique (?:melhor|de novo)|non
 (?:ho capito|capisco|è chiaro)|cosa intendi|spiega(?:mi|melo)? meglio)""",
        r"""(?:не |ничего не )(?:понял|понимаю|понятно|ясно)|что (?:ты|вы) име|что это значит|объясни(?:те)?
 (?:подробнее|проще|ещё раз|еще раз)|لم أفهم|لا أفهم|ماذا تقصد|समझ (?:नहीं|में नहीं)""",
    ),
    PLAIN: (
        r"""\bwhat (?:do|did) you mean\b|\b(?:which|who)(?: \w+)? (?:do|did) you mean\b|\bwhat(?:'s| is) (?:that|
this) supposed""",
        r"\bwhat (?:does|did) (?:that|this|it) (?:\w+ )?mean[?.! ]*$|\bin (?:this|that) context\b[?.! ]*$",
        r"""\bwhat (?:does|is|do|are) (?:the |your )(?:first|second|third|last|next|final|\d+\w*) (?:\w+ )?(?:do|
mean|for|about)\b""",
        r"""\bi(?:'m|’m| am)(?: still| a bit| a little| so| very| now| getting| even more)* (?:confused|lost|
not following|
not sure (?:i|what you|i follow)|puzzled)\b|\byou(?:'ve|’ve)? lost me\b""",
        r"""\b(?:can|could|would|will) (?:you|u) (?:please )?(?:clarify|elaborate|rephrase|simplify|
be more specific|be clearer)[?.! ]*$""",
        r"^(?:please )?(?:clarify|elaborate|rephrase|simplify)\b.*$",
        rf"""\b(?:explain|walk me through|go over|break|breaking) {SAID}(?: again| better| further|
 down)*(?: for me| to me)?(?: please)?[?.! ]*$""",
        r"""\b(?:explain|walk me through|go (?:over|through)) (?:(?:it|that|this) )?(?:again|more clearly|
more simply|differently|better)\b""",
        r"\b(?:repeat(?:ed)?|one more time|(?:did ?n.?t|did not) (?:hear|catch) (?:you|that|it))\b.*$",
        r"""\bcan.*\brepeat (?:that|this|it|yourself|the last|what you|your)|\bsay (?:that|it) again\b|
\brepeat (?:that|what you|it|please)|^please repeat""",
        r"""^(?:but |and |ok |so )*(?:why|how|how so|how come|why not|why is that|how exactly|like what|such as|
meaning what)[\s?!.]*$""",
        r"""^(?:[\w,]+ ){0,5}in (?:simple|simpler|plain|plainer|layman'?s?|easier|other) (?:terms|words|language|
english)(?: please| pls)?[?.! ]*$""",
    ),
    HINT: (
        rf"""\bi(?:'m|’m| am)?(?: still| really| just)* (?:do ?n.?t|do not|did ?n.?t|did not|ca ?n.?t|cannot|
not){ADVERB} {GET}(?:ing|ting)?\b""",
        r"\beli5\b|\blike i(?:'m|’m| am) (?:5|five|a (?:child|kid|beginner))",
        r"""^(?:please |can you |could you |pls )*(?:give|show|provide)(?: me)?(?: an?| one| some| more|
 a few)(?: \w+){0,2} examples?[?.! ]*(?:please|pls)?[?.! ]*$""",
        r"\bexample of (?:that|this|what you)|^(?:an? )?(?:\w+ )?examples?(?: please)?[?.! ]*$",
        r"""\b(?:more (?:details?|specific|info|information|context)|tell me more|expand (?:on )?(?:that|
this|it))(?: please)?[?.! ]*$""",
        r"^(?:but |and )*(?:how|why|what|when|where) (?:is that|does that|would that|do you mean)\b.*$",
    ),
}
ALTERNATIVE = {
    STRONG: (
        r"""\bnot (?:exactly |really |quite )?(?:what i(?:'m| am| was|'d)? (?:looking|after|had in mind|hoping|
expecting)|my (?:style|taste|thing))""",
        r"\bi(?: was|'m| am)? (?:hoping|looking) for (?:something|more|a (?:more|less|different))",
    ),
    PLAIN: (
        rf"""\b(?:give|show|tell|try|suggest|offer|provide|need|want|like|get|see|use|propose|recommend|have|is there|
are there|any|got|pick|choose|let's|lets)(?: \w+){{0,3}} {OTHER}(?: \w+){{0,2}} {KIND}\b.*$""",
        r"""\b(?:try|suggest|give me|show me|want|prefer|rather|like|find|got|pick|do you have|how about|what about|
maybe|
looking for|do) (?:something|anything|someone) (?:else|different|other|better|similar|new|cheaper|\w+er|(?:less|
more) \w+)\b.*$""",
        rf"""\b(?:{SOME} more|more|any|additional)(?: of)? (?:{KIND}|alternatives|options|ideas|
of (?:these|those|them))\b.*$""",
        rf"\b{SOME} more(?: please)?[?.! ]*$",
        r"""^(?:please |can you |could you |pls |now |ok |no |just )*(?:try again|regenerate|redo (?:it|that|this)|
start over|retry|have another go)\b.*$""",
        rf"""\bi (?:do ?n.?t|do not|did ?n.?t|did not) (?:really |particularly )?(?:like|love|care for) {SAID}|
\bnot a fan of\b""",
        r"\bi(?:'d|’d| would) (?:prefer|rather) (?:something|a|an|another|one|it|if|more|less)\b",
        r"""\b(?:re-?write|re-?do|re-?phrase|change|make|turn|shorten|revise|edit|adjust|redesign|improve|
polish) (?:it|that|
this|them) (?:to be|into|so|a bit|a little|even|much|again|more|less|\w+er|sound|in an?|for an?|
with(?:out)?)\b.*$""",
        r"""^(?:please |can you |could you |now |ok )*(?:re-?write|re-?do|re-?phrase|shorten|revise|improve|
polish) (?:it|that|this|them)[?.! ]*$""",
        r"""\b(?:shorter|longer|simpler|funnier|more (?:formal|casual|concise|detailed|creative|professional)|
less (?:formal|technical|wordy)) (?:version|answer|one|please|response|reply)\b""",
        r"""^(?:too (?:long|short|formal|generic|wordy|boring|basic|expensive|vague)|shorter|longer|simpler|
more concise|next one|another one|one more|others?|more)[\s!.?,]*(?:please|pls)?[\s!.?]*$""",
        r"""换一个|换个|换一种|(?:其他|其它|别)的?(?:方法|办法|方案|选择|建议|答案|例子)|还有(?:其他|别的|什么)|重新(?:写|生成|来)|再来一|
改成|別の|他の(?:方法|案|例|選択)|ほかの|다른 (?:방법|것|걸|예|옵션|버전|제안)|다시 (?:써|작성|해)""",
        r"""\b(?:otra (?:opci[óo]n|forma|manera|idea|versi[óo]n|alternativa)|otras (?:opciones|ideas|formas)|algo
 (?:diferente|distinto|m[áa]s)|int[ée]ntalo de nuevo|une autre (?:fa[çc]on|option|id[ée]e|version|solution|mani[èe]re)|
d'autres (?:options|id[ée]es|solutions|exemples)|autre chose|r[ée]essaye)""",
        r"""\b(?:(?:eine?n? )?ander(?:e|es|er|en) (?:option(?:en)?|ideen?|variante|l[öo]sung|m[öo]glichkeit(?:en)?|
beispiele?|vorschl[äa]ge)|
etwas anderes|versuch es (?:nochmal|noch einmal|erneut)|outra (?:op[çc][ãa]o|forma|ideia|vers[ãa]o|maneira)|outras
 (?:op[çc][õo]es|ideias)|tente (?:novamente|de novo)|un'altra (?:opzione|idea|versione|soluzione)|qualcos'altro|
riprova)""",
        r"друг(?:ой|ую|ие|ого) (?:вариант|способ|пример|решени|верси|иде)|(?:что-нибудь|что-то) друг|перепиши",
    ),
    HINT: (
        rf"\b{OTHER} {KIND}\b.*$|\balternatives?(?: to (?:that|this|it|\w+))?[?.! ]*$",
        r"^(?:and |but |ok |okay )?(?:what|who|where|how) else\b|^(?:any|what) other\b",
        r"\binstead[?.! ]*$|\byou can do better\b|\bcan you do better\b|\bthink outside\b|\bbe more creative\b",
        r"""^(?:and |but |ok |now )*(?:can|could) (?:you|we|i) (?:do|write|solve|get) (?:it|that|this) (?:with|
without|in|using|as)\b.*$""",
        r"попробуй (?:ещё|еще|снова)",
    ),
}
SATISFIED = {
    STRONG: (
        rf"{BEGIN}(?:many )?{THANKS}\b.*$",
        rf"[,.!] ?(?:many )?{THANKS}(?: so much| a lot| very much| a ton)?[\s!.]*$",
        rf"""{BEGIN}(?:that|this|it)?['’]?s?(?: is| was)?{ADVERB} ?{GOOD}(?:[\s,.!]*$| (?:thanks|thank|answer|job|
work|explanation|stuff|idea|one|now)\b|[!.])""",
        rf"""{BEGIN}(?:that|this|it|which|your \w+|the (?:code|solution|fix|answer))?{ADVERB}(?: does| did|
 has)?{ADVERB} ?(?:work(?:s|ed|ing)(?: now| perfectly| great| fine| well)?|helps|helped(?: a lot)?|did (?:it|
the trick)|makes? (?:\w+ )?(?:of )?sense|made sense|solve[sd] (?:it|my|the)|fixed (?:it|my|the)|answer(?:s|ed) my|
cleared)\b[^?]*$""",
        rf"""{BEGIN}(?:got it|makes sense|i see|understood|i get it(?: now)?|i understand(?: now)?|
now i (?:understand|get it|see)|gotcha|noted|exactly|precisely|correct|love it|bravo|yay)[\s,.!]*(?:$|now|thanks|
that|so|and|this|what)""",
        r"""\b(?:exactly|just|precisely) what i (?:was )?(?:need|want|look|ask|hop|after|expect)\w*|
\bwhat i (?:needed|wanted|was looking for)[.! ]*$""",
        r"""\byou(?:'re|’re| are|'ve been|’ve been| have been)(?: \w+){0,3} (?:best|awesome|amazing|life ?saver|
genius|helpful|great|help|star|legend)\b|\b(?:grateful|thankful|much obliged|gratitude|(?:is|was) appreciated)\b""",
        r"\b(?:good|great|nice|excellent|amazing|fantastic) (?:job|work|answer|explanation|response|point|bot|stuff)\b",
        r"""谢谢|多谢|感谢|太好了|太棒了|很有(?:用|帮助)|明白了|(?:^|[^不听看])懂了|解决了|完美|ありがと|助かり|わかりました|分かりました|完璧|
素晴らしい|なるほど|감사합니다|고마워|고맙습니다|완벽|도움이 (?:됐|되었|많이)|이해했""",
        r"""\b(?:(?:muchas )?gracias|me ayud[óo]|funciona (?:perfect|muy bien|bien)|merci(?: beaucoup)?|j'ai compris|
danke(?: sch[öo]n)?|vielen dank|hat (?:mir )?(?:geholfen|geklappt|funktioniert)|jetzt verstehe ich|obrigad[oa]|valeu|
grazie(?: mille)?|ho capito)\b|^(?:perfecto|excelente|genial|parfait|super|perfekt|perfeito|[óo]timo|perfetto|
ottimo)\b""",
        r"спасибо|благодарю|^отлично|понятно|^супер|помогло|شكرا|धन्यवाद",
    ),
    PLAIN: (
        rf"{BEGIN}{THANKS}\b",
        r"""^(?:i |we |why |and |really ){0,3}(?:do |really |so |want to |just |truly ){0,2}(?:thank you|
appreciate)\b[^?]*$""",
        rf"""{BEGIN}(?:that|this|it|your \w+)(?:'s|’s| is| was| were| are){ADVERB} (?:a |an )?{GOOD}\b|
{BEGIN}i (?:really )?(?:love|like) (?:it|that|this)\b|\bwell (?:done|said|explained|put)\b|{BEGIN}will (?:do|try)\b|
\bproblem solved\b""",
        r"""^(?:perfect|great|awesome|excellent|brilliant|wonderful|amazing|fantastic|exactly|nice|cool|
lovely)[\s!.,]|^(?:👍|🙏|❤️|😊|🎉|💯)""",
        r"\b(?:it|that|this|everything|code|all)(?:'s|’s| is)? (?:works|working) (?:now|fine|great|perfectly|well)\b",
    ),
}
PHRASES = tuple(
    Phrase(says, sure, pattern.replace("\n", ""), "$" in pattern)
    for says, table in (("wrong", WRONG), ("unclear", UNCLEAR), ("alternative", ALTERNATIVE), ("satisfied", SATISFIED))
    for sure, patterns in table.items()
    for pattern in patterns
)
