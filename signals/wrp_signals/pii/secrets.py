"""Keys, tokens and passwords: by the prefixes that providers chose to be found by, and by the names they are given."""

from __future__ import annotations

from functools import partial

from .credentials import assigned_key, bearer, jwt, key, password, pin, strong_password
from .detector import Detector

PROVIDERS: tuple[tuple[str, str], ...] = (
    ("anthropic", r"\bsk-ant-[A-Za-z0-9]{2,8}-[\w\-]{16,}"),
    ("openai", r"\bsk-(?:proj-|svcacct-|admin-|live-|test-|or-v1-|None-)?[A-Za-z0-9_\-]{20,}"),
    ("aws", r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA|AIPA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    ("gcp", r"\bAIza[\w\-]{30,40}|\bya29\.[\w\-]{20,}|\bGOCSPX-[\w\-]{20,}"),
    ("azure", r"\b[A-Za-z0-9_~.]{3}8Q~[A-Za-z0-9_~.\-]{31,34}"),
    ("github", r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{22,}"),
    ("gitlab", r"\bgl(?:pat|dt|rt|ptt|ft|soat|cbt|imt|agent)-[\w\-]{16,}"),
    ("slack", r"\bxox[abeoprs]-[\w\-]{10,}|\bxapp-\d-[\w\-]{10,}|\bhooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,}"),
    (
        "discord",
        r"\b[MNO][\w\-]{23,27}\.[\w\-]{6}\.[\w\-]{27,40}|\bdiscord(?:app)?\.com/api/webhooks/\d{15,}/[\w\-]{40,}",
    ),
    ("telegram", r"\b\d{8,10}:AA[\w\-]{32,34}"),
    ("stripe", r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9]{20,}"),
    ("twilio", r"\b(?:AC|SK)[0-9a-f]{32}\b"),
    ("sendgrid", r"\bSG\.[\w\-]{16,32}\.[\w\-]{16,64}"),
    ("mailgun", r"\bkey-[0-9a-f]{32}\b"),
    ("mailchimp", r"\b[0-9a-f]{32}-us\d{1,2}\b"),
    ("huggingface", r"\bhf_[A-Za-z0-9]{20,}"),
    ("npm", r"\bnpm_[A-Za-z0-9]{30,}"),
    ("pypi", r"\bpypi-[A-Za-z0-9_\-]{40,}"),
    ("digitalocean", r"\bdo[opr]_v1_[0-9a-f]{40,}"),
    ("databricks", r"\bdapi[0-9a-f]{32}\b"),
    ("shopify", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("square", r"\bsq0(?:atp|csp|idp)-[\w\-]{22,}"),
    ("groq", r"\bgsk_[A-Za-z0-9]{30,}"),
    ("xai", r"\bxai-[A-Za-z0-9]{40,}"),
    ("perplexity", r"\bpplx-[A-Za-z0-9]{40,}"),
    ("replicate", r"\br8_[A-Za-z0-9]{30,}"),
    ("nvidia", r"\bnvapi-[\w\-]{40,}"),
    ("linear", r"\blin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    ("notion", r"\bntn_[A-Za-z0-9]{40,}|\bsecret_[A-Za-z0-9]{43}\b"),
    ("figma", r"\bfig[dou]_[\w\-]{36,}"),
    ("supabase", r"\bsb(?:p|_secret)_[\w\-]{30,}"),
    ("vault", r"\bhv[sbr]\.[\w\-]{20,}"),
    ("grafana", r"\bgl(?:sa|c)_[\w+/=]{30,}"),
    ("newrelic", r"\bNR(?:AK|JS|II)-[A-Za-z0-9]{20,}"),
    ("sentry", r"\bsntr(?:ys|yu)_[\w+/=\-]{40,}"),
    ("postman", r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ("doppler", r"\bdp\.(?:pt|st|ct|sa)\.[\w.\-]{30,}"),
    ("atlassian", r"\bATATT3[\w\-=]{40,}"),
    ("docker", r"\bdckr_(?:pat|oat)_[\w\-]{20,}"),
    ("tailscale", r"\btskey-[a-z]{3,8}-[\w\-]{16,}"),
    ("heroku", r"\bHRKU-[\w\-]{30,}"),
    ("age", r"\bAGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}"),
)
"""Provider and pattern, from their documentation and public secret scanners' rules."""

OPERATOR = r"[\"'\]]{0,2}[ \t]{0,4}(?::=|=>|=|:)[ \t]{0,4}[\"']{0,3}"
SAYS = r"(?:[\"'\]]{0,2}[ \t]{0,4}(?::=|=>|=|:)|[ \t](?:is now|is|was|=)|は|是|为|은|는)[ \t\n]{0,4}[\"'\x60]{0,3}"
KEY_NAME = (
    r"(?i)(?:api|access|secret|private|auth|account|shared|signing|encryption|master|service|subscription|consumer|app|"
    r"application|client|admin|license|storage|session|refresh|bearer|id|security|deploy|bot|personal|jwt|hmac|webhook)"
    r"[_\- ]?(?:access[_\- ]?)?(?:key|token|secret)(?:[_\- ]?id)?"
)
LOGIN_NAME = (
    r"(?i)(?:passw(?:or)?d|passwort|kennwort|passphrase|\bpwd|\bpass\b|contraseña|mot de passe|senha|wachtwoord|"
    r"lösenord|пароль|パスワード|密码|密碼|口令|비밀번호|\bsecret\b|\bcredential)s?"
)
WEAK_NAME = r"(?i)\b(?:token|key|apikey|sig|signature|auth|authorization|x-api-key)"
VALUE = r"([^\s\"'\x60<>,;|]+)"
COOKIE = (
    r"(?i)\b(?:\w{0,24}sess(?:ion)?(?:_?id)?|sid|phpsessid|jsessionid|csrf_?token|xsrf-token|remember_token|"
    r"auth_token)="
)

BEGIN = r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
BLOCK = 20_000
"""Bytes after the beginning of a private key in which its end is looked for."""


def key_end(text: bytes, start: int, end: int) -> int:
    """The end of the block, or of the beginning where the rest was cut off."""
    close = text.find(b"-----END ", end, end + BLOCK)
    last = text.find(b"-----", close + 9, close + 60) if close >= 0 else -1
    return last + 5 if last >= 0 else end


def value_end(text: bytes, start: int, end: int) -> int:
    """Without the sentence's punctuation, nor a bracket opened before the value."""
    while end > start + 1 and (text[end - 1] in b".:?)" or (text[end - 1] in b"]}" and text[start] not in b"[{")):
        if text[end - 1] == 41 and 40 in text[start:end]:
            break
        end -= 1
    return end


assigned = partial(Detector, trim=value_end, group=1, spots="assign")

SECRETS = (
    *(Detector("API_KEY", pattern, 0.95, check=key, detail=name, spots="prefix digits") for name, pattern in PROVIDERS),
    Detector("JWT", r"\beyJ[\w\-]{8,}\.[\w\-]{8,}(?:\.[\w\-]*)?", 0.97, check=jwt, spots="prefix"),
    Detector("PRIVATE_KEY", BEGIN, 0.98, trim=key_end, spots="prefix"),
    assigned("API_KEY", KEY_NAME + SAYS + VALUE, 0.85, check=assigned_key),
    assigned("API_KEY", WEAK_NAME + OPERATOR + VALUE, 0.75, check=assigned_key),
    Detector(
        "API_KEY",
        r"\b[A-Za-z0-9/+]{40}\b",
        0.0,
        0.8,
        "secret",
        assigned_key,
        detail="aws",
        left=b"/+=-_",
        right=b"/+=-_",
        spots="assign",
    ),
    assigned("PASSWORD", LOGIN_NAME + SAYS + VALUE, 0.8, check=password),
    Detector("PASSWORD", LOGIN_NAME + " " + VALUE, 0.6, check=strong_password, trim=value_end, group=1, spots="words"),
    Detector(
        "PASSWORD",
        r"://[^\s/:@\"'<>]*:([^\s/@\"'<>]+)@[\w\[]",
        0.97,
        check=lambda value: float(value[0] not in "<{$*["),
        group=1,
        detail="url",
        spots="at",
    ),
    Detector(
        "PASSWORD",
        r"(?i)\bpin(?: code| number| no\.?)?(?: is|:| =|=)? {0,2}(\d{4,8})\b",
        0.75,
        check=pin,
        group=1,
        spots="words",
    ),
    Detector(
        "AUTH_TOKEN", r"(?i)\b(?:bearer|basic) +([A-Za-z0-9._~+/\-]+=*)", 0.9, check=bearer, group=1, spots="words"
    ),
    Detector("AUTH_TOKEN", COOKIE + r"([\w%.+/\-]{8,}=*)", 0.75, check=assigned_key, group=1, spots="assign"),
)
