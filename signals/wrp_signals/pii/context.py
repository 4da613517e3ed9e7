"""The words beside which an ambiguous number means something, in the languages that people paste."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "phone": (
        r"phone|\btel\b|telefon|tel\.|\btél|téléphone|teléfono|\bmobile?\b|móvil|\bcell\b|celular|cellulare|cellphone|"
        r"\bfax\b|\bcall(?:ed|ing)?\b|\bdial|\bring me|\breach(?:ed)? (?:me|us|him|her|them|out)|whatsapp|\bsms\b|"
        r"\btext (?:me|him|her|us|them|to)\b|please text|\bcontact|answering|\bhandy|handynummer|numéro|\bgsm\b|"
        r"hotline|helpline|voicemail|"
        r"\b(?:my|his|her|their|our|work|home|office|emergency) (?:new |old )?(?:number|line|no\.)|\bnumber to call|"
        r"\boffice\b|registered|\bmessage|\bpager\b|\bnumber (?:is|at|below)|电话|電話|手机|手機|携帯|番号|전화|"
        r"연락처|телефон|номер|هاتف|फ़ोन|फोन|โทร"
    ),
    "card": (
        r"\bcards?\b|creditcard|\bvisa\b|master ?card|\bamex\b|american express|\bdebit\b|\bcredit\b|maestro|discover|"
        r"\bcc\b|\bcharge|\bpay |\bpan\b|\bcarte\b|tarjeta|karte|cartão|\bcarta\b|\bkort|карт|カード|卡号|信用卡|"
        r"银行卡|카드|\batm\b"
    ),
    "cvv": r"\bcvv2?\b|\bcvc2?\b|\bcid\b|security code|verification (?:code|value)",
    "iban": r"\biban\b|\baccount|\bwire|transfer|konto|compte|cuenta|bank",
    "swift": r"\bswift|\bbic\b",
    "account": r"\baccount\b|\bacct?\b|\ba/c\b|bank ?account|kontonummer|\bkonto\b|\bcompte\b|\bcuenta\b|\bconta\b|"
    r"口座|账号|账户|계좌|account(?:_| )?(?:number|no|id)",
    "routing": r"\brouting|\baba\b|\brtn\b|\btransit",
    "sort": r"\bsort[ -]?code",
    "wallet": r"bitcoin|\bbtc\b|wallet|crypto|ethereum|\beth\b|litecoin|\bltc\b|dogecoin|\bdoge\b|\btron\b|\btrx\b|"
    r"monero|\bxmr\b|\bsend (?:it )?to\b|\baddress\b|usdt|usdc",
    "ssn": r"\bssn\b|social[ -]security|\bss ?(?:#|no|num)|\bsocial (?:is|number)|\bsocsec|\bssn_|_ssn\b",
    "itin": r"\bitin\b|taxpayer|tax id|\btin\b",
    "nhs": r"\bnhs\b",
    "nino": r"national insurance|\bnino\b|\bni (?:number|no)",
    "passport": r"passport|passeport|pasaporte|reisepass|passaporto|passaporte|паспорт|护照|護照|パスポート|旅券|여권",
    "licence": r"driv(?:er|ing)'?s?'? ?(?:licen[cs]e|lic\b|permit)|\bdl ?(?:#|no|num|:)|licen[cs]e (?:number|no|#)|"
    r"führerschein|permis de conduire|licencia de conducir|carteira de motorista|patente|驾照|运転免許|運転免許|"
    r"운전면허",
    "birth": r"\bborn\b|birth|\bdob\b|d\.o\.b|geboren|geburt|\bnée? le\b|naissance|nacid[oa]|nacimiento|nascid[oa]|"
    r"nascimento|\bnat[oa] (?:il|a)\b|nascita|geboorte|född|født|urodz|рожд|生年月日|生まれ|出生|생년월일|생일|"
    r"생まれ|dogum|doğum",
    "identity": r"\bssn\b|social security|national id|identity (?:card|number|no)|\bid (?:card|number|no\b|num|#)|"
    r"identification (?:number|no)|"
    r"personal (?:number|id|code|identity)|\bdni\b|\bnie\b|\bnif\b|personnummer|\bcpr\b|\bbsn\b|burgerservice|"
    r"\bpesel\b|"
    r"\bcpf\b|\bcurp\b|aadhaar|aadhar|\buid(?:ai)?\b|\bnric\b|\bfin\b|henkilötunnus|\bhetu\b|fødselsnummer|"
    r"rijksregister|registre national|numéro de sécurité sociale|sécu|insee|\bnir\b|\bahv\b|\bavs\b|\bsin\b|"
    r"social insurance|\btc kimlik|kimlik|teudat|身份证|身分證|マイナンバー|個人番号|my ?number|주민등록|"
    r"resident registration|"
    r"south african id|\bsa id\b|\bthai id|medicare|personalausweis|\bid\b",
    "tax": r"\btax\b|steuer|\bpan\b|\btfn\b|\babn\b|\bacn\b|codice fiscale|fiscal|\bvat\b|\bcnpj\b|\bidnr|\btin\b|"
    r"partita iva|\bein\b|\brfc\b",
    "vehicle": r"\bvin\b|vehicle|chassis|\bcar\b|truck",
    "device": r"\bimei\b|device|handset|serial",
    "medical": r"\bmrn\b|medical record|patient (?:id|number|no)|chart (?:number|no)|health (?:card|insurance)|"
    r"\bmedicare\b|\bmember id|\bbeneficiary",
    "prescriber": r"\bdea\b|prescri|physician|doctor|\bdr\b|pharmac",
    "zip": r"\bzip\b|zip ?code|postal|post ?code|postcode|\bplz\b|code postal|código postal|\bcep\b|郵便|邮编|우편",
    "site": r"domain|website|web site|\bsite\b|\bvisit\b|homepage|browse|\bhost|\burl\b|web page|webpage",
    "address": r"\bip\b|address|server|host|\bping|subnet|\bdns\b|firewall|network|blocked",
    "version": r"\bversions?\b|\bver\.|\bv\.? ?$|release|\bsection\b|\bclause|\bchapter|==|\bbuild\b",
    "secret": r"aws|secret|amazon|key|token|credential",
}
"""Matched without minding case. A word alone decides nothing: the value beside it must pass its check as well."""
