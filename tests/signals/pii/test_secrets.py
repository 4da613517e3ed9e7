"""Keys by their providers' prefixes, tokens, passwords. All values are drawn here: none ever opened anything."""

import base64
import json
import random
import string

import pytest

from wrp_signals.pii import find
from wrp_signals.pii.secrets import BLOCK, key_end

CHARS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
RNG = random.Random(7)


def drawn(length, chars=CHARS):
    return "".join(RNG.choice(chars) for _ in range(length))


def part(tree):
    return base64.urlsafe_b64encode(json.dumps(tree).encode()).rstrip(b"=").decode()


KEYS = {
    "openai": "sk-" + "proj-" + drawn(48),
    "anthropic": "sk-" + "ant-api03-" + drawn(80),
    "aws": "AK" + "IA" + drawn(16, string.ascii_uppercase),
    "gcp": "AI" + "za" + drawn(35),
    "github": "gh" + "p_" + drawn(36),
    "gitlab": "gl" + "pat-" + drawn(20),
    "slack": "xo" + "xb-" + drawn(12, string.digits) + "-" + drawn(24),
    "stripe": "sk" + "_live_" + drawn(24),
    "twilio": "AC" + drawn(32, HEX),
    "sendgrid": "SG" + "." + drawn(22) + "." + drawn(43),
    "huggingface": "hf" + "_" + drawn(34),
    "npm": "np" + "m_" + drawn(36),
    "pypi": "py" + "pi-AgEIcHlwaS5vcmc" + drawn(60),
    "telegram": drawn(9, "123456789") + ":AA" + drawn(33),
}
AROUND = [
    "{}",
    "my key is {} please debug",
    "EXPORT_KEY={}",
    'export TOKEN="{}"',
    '{{"api_key": "{}"}}',
    "Client('{}')",
    "key: {}.",
    "Use `{}` to log in",
]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("provider", KEYS)
def test_keys_are_found_wherever_they_stand(provider, around):
    """In prose, in shells, in JSON and in code, with their bounds."""
    text = around.format(KEYS[provider])
    start = text.index(KEYS[provider])
    (span,) = [span for span in find(text, ["secrets"]) if span.type == "API_KEY"]
    assert (span.start, span.end) == (start, start + len(KEYS[provider]))


ASSIGNED = {
    "aws_secret_access_key = {}": ("API_KEY", drawn(40)),
    "secret_key = '{}'": ("API_KEY", drawn(32)),
    "AccountKey={};EndpointSuffix=core.example": ("API_KEY", drawn(86) + "=="),
    "password: {}": ("PASSWORD", "hunter2"),
    "My password is {}.": ("PASSWORD", "Tr0ub4dor&3"),
    "DB_PASSWORD={}": ("PASSWORD", "p@ssw0rd123"),
    "bob / password {}": ("PASSWORD", "Winter2024!"),
    "contraseña: {}": ("PASSWORD", "Gatito2020"),
    "密码：{}": ("PASSWORD", "Abc12345"),
    "passphrase (see {})": ("PASSWORD", ""),
    "f(password=({}))": ("PASSWORD", ""),
    "postgres://app:{}@db.internal:5432/x": ("PASSWORD", "s3cr3tpw"),
    "my PIN is {}": ("PASSWORD", "4821"),
    "Cookie: sessionid={}; path=/": ("AUTH_TOKEN", drawn(32, HEX)),
    "Authorization: Bearer {}": ("AUTH_TOKEN", drawn(40)),
    "{}": ("JWT", f"{part({'alg': 'HS256'})}.{part({'sub': '123'})}.{drawn(43)}"),
}


@pytest.mark.parametrize("around", ASSIGNED)
def test_values_after_their_names_are_found(around):
    """The value alone, without quotes, commas and full stops; nothing where there is no value."""
    type, value = ASSIGNED[around]
    text = around.format(value)
    start = around.index("{}")
    spans = [(span.type, span.start, span.end) for span in find(text, ["secrets"])]
    assert spans == ([(type, start, start + len(value))] if value else [])


@pytest.mark.parametrize(
    "text",
    [
        "password = os.environ['DB_PASSWORD']",
        'api_key = "YOUR_API_KEY"',
        "api_key=os.getenv('KEY2')",
        "token = ${TOKEN_1}",
        "secret: <insert secret 1>",
        "api_key=aaaaaaaaaaaa1111",
        "sk-" + "x" * 40,
        "Bearer of good news 12345678",
    ],
)
def test_placeholders_and_code_are_nobodys_secrets(text):
    """What only holds a credential's place."""
    assert find(text, ["secrets"]) == ()


def test_private_keys_are_found_whole():
    """From BEGIN to END; the first line alone where the rest is missing or far away."""
    begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    block = f"{begin}\n{drawn(64)}\n{drawn(64)}\n{end}"
    (span,) = find(f"here: {block} done", ["PRIVATE_KEY"])
    assert (span.start, span.end) == (6, 6 + len(block))
    (span,) = find(begin + " cut off", ["PRIVATE_KEY"])
    assert span.end == len(begin)
    far = (begin + "x" * (BLOCK + 9) + end).encode()
    assert key_end(far, 0, len(begin)) == len(begin)
