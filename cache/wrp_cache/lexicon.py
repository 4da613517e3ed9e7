"""What the hit guard knows of words, as tables: English, unless one says otherwise. Nothing is learnt."""

from __future__ import annotations

from collections.abc import Iterable

from wrp_cache.names import NAMES


def words_of(table: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(table.split())


OPPOSITES = """
enable activate | disable deactivate
on | off
start begin launch | stop end finish quit
increase raise grow gain higher bigger larger greater maximize boost expand | decrease reduce lower lessen lose \
fewer smaller minimize drop cut shrink
more | less fewer
few | most
up | down
before earlier prior | after later following
with including include | without excluding exclude lacking
minimum min least lowest smallest fewest shortest cheapest slowest | maximum max most highest largest biggest \
longest fastest
add insert append create attach join subscribe follow install | remove delete erase drop detach leave \
unsubscribe unfollow uninstall
open unlock | close lock
allow permit accept approve grant | deny forbid prohibit reject refuse ban block revoke
buy purchase | sell
import | export
upload send push | download receive pull
encrypt encode compress zip serialize | decrypt decode decompress unzip deserialize
upgrade | downgrade
read fetch | write store
ascending asc | descending desc
first | last
best top better | worst worse bottom
advantage benefit pro positive strength | disadvantage drawback con negative weakness downside
hot warm heat | cold cool chill
left | right
north northern | south southern | east eastern | west western
old older oldest | new newer newest latest
young younger youngest | old older oldest elderly
internal inside indoor inner | external outside outdoor outer
public | private
win | lose
love loving | hate dislike
safe healthy | dangerous unsafe unhealthy harmful
possible | impossible
legal | illegal
required mandatory compulsory necessary | optional unnecessary
always | sometimes | rarely seldom
all every | some
horizontal | vertical
row | column
input | output
client | server
frontend | backend
forward | backward
parent ancestor | child children descendant
husband | wife
boyfriend | girlfriend
brother | sister
mother mom mum | father dad
son | daughter
uncle | aunt
king | queen
male man men boy guy gentleman | female woman women girl lady ladies
yesterday | today tonight | tomorrow
previous past former | next future upcoming | current present
morning | afternoon | evening | night
am | pm
daily | weekly | monthly | yearly annual annually
single | married | divorced
cheap cheaper affordable | expensive costly pricey
easy easier simple | hard harder difficult
fast faster quick quickly | slow slower slowly
high tall | low short
long longer | short shorter
deep | shallow
thick | thin
heavy | light
wide | narrow
hard | soft
strong stronger | weak weaker
rich wealthy | poor
happy | sad unhappy
alive | dead
early | late
debit | credit
profit | loss
borrow | lend
arrive arrival | depart departure
entry | exit
employer | employee
teacher | student
landlord | tenant
buyer customer | seller vendor
cause | cure treatment treat prevent
symptom | cause | treatment | diagnosis
synchronous sync | asynchronous async
serial sequential | parallel concurrent
mutable | immutable
static | dynamic
local | remote | global
addition sum | subtraction | multiplication product | division quotient
numerator | denominator
sine sin | cosine cos | tangent tan
mean average | median | mode
perimeter circumference | area | volume
velocity speed | acceleration
radius | diameter
odd | even
rename | delete remove | copy duplicate clone | move | update edit modify change
breakfast | lunch | dinner
spring | summer | autumn | winter
red | orange | yellow | green | blue | purple violet | pink | brown | black | white | grey gray
bachelor | master | doctorate phd
metric | imperial
stack | queue
inner | left | right | outer | cross
get | post | put | patch
second | minute | hour | day | week | month | year | decade | century
dollar usd | euro eur | rupee inr rs | yen jpy | gbp | yuan
kilometer kilometre km | mile
celsius | fahrenheit | kelvin
this current | next upcoming | last previous
within | after | before
for | against
in | out
must | may can
all every | last | first
"""
"""Words that turn a question round. A line vetoes when each text has a member (parted by `|`) that the other lacks."""

NEGATORS = words_of(
    """not no never none nobody nothing neither nor nowhere cannot cant dont doesnt didnt isnt arent wasnt werent wont
    wouldnt couldnt shouldnt hasnt havent hadnt aint mustnt neednt without except unless unable hardly
    barely scarcely nicht kein keine
    keinen ohne nie pas jamais sans aucun aucune sin nunca jamás ningún ninguna não nem sem nunca non senza mai niet
    geen zonder не нет без никогда ни"""
)
"""Words that deny, in several languages (an English text cannot tell `non` and `sin` apart: a miss, never a hit)."""

STOPWORDS = words_of(
    """a an the this that these those it its i im me my mine myself we us our ours you your yours he him his she her
    hers they them their theirs one ones someone somebody anyone anybody everyone people person is are am was were
    be been being do does did doing done have has had having will would shall should can could may might must ought
    of in on at by for from to into onto with about as than then so such and or but if because while when where who
    whom whose what whats which why how there here any some every each either both also too very really just only
    even still already actually exactly please help tell show give explain describe know want wanna need like let
    make made get got getting go going way ways thing things kind sort type good best better right much many lot
    lots able possible use using used find out off away up down back per within during among around between
    through towards upon below above under over via whether all now ever most more other others various several etc"""
)
"""English words that carry the frame of a question rather than its matter."""

_UNITS = """
km kilometer kilometers kilometre kilometres kms; m meter meters metre metres; cm centimeter centimeters centimetre
centimetres; mm millimeter millimeters; mi mile miles; ft foot feet; inch inches; yd yard yards; kg kilogram
kilograms kgs kilo kilos; g gram grams; mg milligram milligrams; lb lbs pound pounds; oz ounce ounces; ton tons tonne
tonnes; l liter liters litre litres; ml milliliter milliliters; gal gallon gallons; cup cups; tbsp tablespoon
tablespoons; tsp teaspoon teaspoons; ms millisecond milliseconds; sec secs second seconds; min mins minute minutes; h
hr hrs hour hours; day days; week weeks; month months; year years yr yrs; decade decades; century centuries; percent
pct; usd dollar dollars bucks; eur euro euros; gbp quid; jpy yen; inr rs rupee rupees; cny yuan rmb; b byte bytes; bit
bits; kb kilobyte kilobytes; mb megabyte megabytes; gb gigabyte gigabytes; tb terabyte terabytes; kib; mib; gib; tib;
hz hertz; khz; mhz; ghz; w watt watts; kw kilowatt kilowatts; kwh; mw; v volt volts; amp amps; mah; j joule joules;
cal calorie calories kcal; c celsius centigrade; f fahrenheit; k kelvin; mph; kph kmh; px pixel pixels; dpi; fps; rpm;
acre acres; hectare hectares; psi; bar; atm; lakh lakhs; crore crores; dozen dozens
"""

PLAIN_UNITS = words_of(
    """km mi kg mg oz ton cm mm yd ml tbsp tsp kb mb gb tb kib mib gib tib hz khz mhz ghz kw kwh mph kph"""
)
"""Units that ask for another answer even without a number before them."""

_COUNT = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty"""
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_RANKS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"

NUMBERS = {word: value for value, word in enumerate(_COUNT.split())}
NUMBERS |= {word: 10 * value for value, word in enumerate(_TENS.split(), start=3)}
ORDINALS = {word: value for value, word in enumerate(_RANKS.split(), start=1)}
ORDINALS |= {"once": 1, "twice": 2, "thrice": 3, "double": 2, "triple": 3}
SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9}
SCALES |= {"trillion": 10**12}

_PREFIXES = """un-, in-, im-, il-, ir-, dis-, non-, de-, mis-, anti-, in-ex, im-ex, dis-en, de-en, over-under, up-down,
pre-post, hyper-hypo, macro-micro, intra-inter, out-in, anti-pro, maxi-mini"""


def inflected(word: str) -> set[str]:
    """The word with the endings that English may give it; some are not words, which harms nobody."""
    if len(word) < 3:
        return {word}
    stem = word[:-1] if word.endswith("e") else word
    forms = {word, word + "s", word + "d" if stem != word else word + "ed", stem + "ing"}
    if word.endswith("y"):
        forms |= {word[:-1] + "ies", word[:-1] + "ied"}
    if word[-1] in "bdgmnprt" and word[-2] in "aeiou":
        forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return forms | ({word + "es"} if word[-1] in "shx" else set())


def _grouped(classes: Iterable[str], inflect: bool) -> dict[str, tuple[tuple[int, int], ...]]:
    """Word to the (class, member) pairs that it stands for."""
    table: dict[str, tuple[tuple[int, int], ...]] = {}
    for number, line in enumerate(classes):
        for member, spellings in enumerate(line.split("|")):
            for word in spellings.split():
                for form in inflected(word) if inflect else {word, word + "s"}:
                    places = table.get(form, ())
                    table[form] = places if (number, member) in places else (*places, (number, member))
    return table


RIVALS = _grouped(OPPOSITES.strip().splitlines(), inflect=True)
"""Word to the (class, member) pairs of `OPPOSITES`."""

KNOWN_NAMES = {word.replace("_", " "): places for word, places in _grouped(NAMES.split("\n\n"), inflect=False).items()}
"""Name, in one word or several, to the (class, member) pairs of `NAMES`."""

PHRASES = frozenset(name.split()[0] for name in KNOWN_NAMES if " " in name)
"""The words with which a name of several words begins."""

NAMED = frozenset(KNOWN_NAMES)
"""The same names, without what they stand for."""

UNITS = {spelling: line.split()[0] for line in _UNITS.split(";") for spelling in line.split()}
"""Spelling to unit."""

MEASURED = frozenset(UNITS)
"""All spellings of units."""

COUNTING = frozenset(NUMBERS) | frozenset(ORDINALS) | frozenset(word for word in SCALES if len(word) > 2)
"""Words that may count."""

TURNS: dict[str, list[tuple[str, str]]] = {}
"""First two letters to pairs of a prefix and what it stands in for: with `un` for nothing, `unsafe` turns `safe`."""
for _pair in _PREFIXES.split(","):
    _prefix, _, _other = _pair.strip().partition("-")
    TURNS.setdefault(_prefix[:2], []).append((_prefix, _other))

_HAN = "的是了吗呢吧在我你他她它们这那哪个什么怎样如何请问和与"
_KANA = "はがをにでとものかですますいうどなにのよる"
PARTICLES = frozenset(_HAN + _KANA)
"""Signs of Chinese and Japanese that carry the frame of a question."""

FRAME = STOPWORDS | NEGATORS | NUMBERS.keys() | PARTICLES
"""Words that other rules answer for; the others are the matter of a question."""
