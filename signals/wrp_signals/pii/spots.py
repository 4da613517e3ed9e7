"""What must stand in a text for a detector to have anything to do: short patterns, all tried in one pass."""

from __future__ import annotations

from .context import WORDS

HEX = "[0-9A-Fa-f]"
OPERATOR = r"(?:[\"'\]]{0,2}\s{0,4}(?::=|=>|=|:)| (?:is|was|=)|は|是|为|은|는)"
NAMES = (
    r"key|token|secret|passw(?:or)?d|passwort|kennwort|passphrase|pwd|\bpass|contraseña|mot de passe|senha|wachtwoord|"
    r"lösenord|пароль|パスワード|密码|密碼|口令|비밀번호|credential|\bsig|signature|\bauth|authorization|sid|"
    r"sess(?:ion)?(?:_?id)?"
)
PREFIXES = (
    r"sk-|AKIA|ASIA|A(?:GP|ID|RO|NP|NV|IP|BI|CC)A[A-Z0-9]{8}|AIza|ya29\.|GOCSPX-|gh[pousr]_|github_pat_|"
    r"gl(?:pat|dt|rt|ptt|ft|soat|cbt|imt|agent|sa|c)[_\-]|xox[abeoprs]-|xapp-|hooks\.slack|[srp]k_(?:live|test)_|"
    r"whsec_|SG\.|key-[0-9a-f]{4}|hf_|npm_|pypi-|do[opr]_v1_|dapi[0-9a-f]{4}|shp(?:at|ca|pa|ss)_|sq0|gsk_|xai-|pplx-|"
    r"r8_|nvapi-|lin_|ntn_|secret_|fig[dou]_|sb(?:p|_secret)_|hv[sbr]\.|NR(?:AK|JS|II)-|sntr|PMAK-|"
    r"dp\.(?:pt|st|ct|sa)\.|ATATT3|dckr_|tskey-|HRKU-|AGE-SECRET|(?:AC|SK)[0-9a-f]{6}"
)

SPOTS: dict[str, str] = {
    "digits": r"\d(?:[ .\-/()]{0,2}\d){5}",
    "at": r"@[\w\[]",
    "spelt": r"(?i)[\[({<] ?at ?[\])}>]",
    "ip": rf"\d\.\d{{1,3}}\.\d{{1,3}}\.\d|::{HEX}|:{HEX}{{1,4}}::|\b{HEX}{{1,4}}::|{HEX}{{4}}:{HEX}{{1,4}}:{HEX}",
    "mac": rf"{HEX}{{2}}[:\-]{HEX}{{2}}[:\-]{HEX}{{2}}[:\-]{HEX}|{HEX}{{4}}\.{HEX}{{4}}\.{HEX}",
    "code": r"\b[A-Z]{2}\d{2} ?[A-Z\d]{4} ?[A-Z\d]{4} ?[A-Z\d]{3}|\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}|[A-Z]\d{4}[A-Z]\b",
    "wallet": r"\b[13LMDT48][1-9A-HJ-NP-Za-km-z]{25}|0x[0-9A-Fa-f]{12}|\b(?:bc1|tb1|ltc1)[a-z0-9]{4}",
    "prefix": rf"\b(?:{PREFIXES})|8Q~|-us\d|:AA[\w\-]{{4}}|/webhooks/|eyJ[\w\-]{{4}}|-----BEGIN |"
    rf"\.[\w\-]{{6}}\.[\w\-]{{27}}",
    "assign": rf"(?i)(?:{NAMES})s?{OPERATOR}",
    "words": r"(?i)passport|passeport|reisepass|pasaporte|licen[cs]e (?:n|#|is|:)|driv\w{2,4}'?s?'? ?licen|"
    r"security code|\bpin\b|(?:bearer|basic) {1,2}[A-Za-z0-9+/._\-]{12}|\bswift|"
    r"\bbic\b|"
    r"\biban\b|\bcvv|\bcvc|\bvin\b|\bmrn\b|passw(?:or)?d |\bdni\b|护照|旅券",
    "birth": f"(?i){WORDS['birth']}",
    "date": r"\d[/.\-]\d{1,2}[/.\-]\d\d|\d年|\d년|(?i)(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|"
    r"dec)[a-z.]{0,6},? ['\d]|"
    r"\d(?:st|nd|rd|th)?(?: of)?[ \-](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    "url": r"://|(?i)www\d?\.",
    "domain": r"[A-Za-z0-9]\.[A-Za-z]{2,6}\b",
    "year": r"\b(?:19[2-9]|20[0-4])\d|(?i)(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d:[0-5]\d",
    "age": r"(?i)\d[ \-]?(?:y|-y)|\bage|\bturn|(?:\bi am|'[ms]|\bis|now|only|currently) \d",
    "zip": r"\b\d{5}\b|(?i)\bzip|postal|postcode|\bplz|〒|[A-Z]\d[A-Z\d]? ?\d[A-Z]",
}
"""By name; a detector names those that it needs. Simple on purpose: their union must stay a small automaton."""
