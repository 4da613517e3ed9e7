"""Formats of many countries: `[[TYPE|value]]` marks what must be found, with these very bounds, and nothing else."""

import re

import pytest

from wrp_signals.pii import canonical, find

MARK = re.compile(r"\[\[(\w+)\|(.*?)\]\]", re.DOTALL)
CONTACT = [
    "my email is [[EMAIL_ADDRESS|john.doe+spam@mail.example.co.uk]]!",
    "Mail (me): [[EMAIL_ADDRESS|a.b@c.io]], or <[[EMAIL_ADDRESS|x_y@z.museum]]>",
    "[[EMAIL_ADDRESS|jane (at) example (dot) com]]",
    "[[EMAIL_ADDRESS|müller@straße.de]]",
    "邮箱是[[EMAIL_ADDRESS|wang@qq.com]]谢谢",
    "Call me on [[PHONE_NUMBER|+44 (0)20 7946 0958]]",
    "[[PHONE_NUMBER|+1-202-555-0143]]",
    "[[PHONE_NUMBER|(202) 555-0143]] please",
    "tel [[PHONE_NUMBER|020 7946 0958]]",
    "ring [[PHONE_NUMBER|07700 900123]]",
    "[[PHONE_NUMBER|+49 30 901820]]",
    "[[PHONE_NUMBER|01 70 36 39 50]]",
    "携帯は[[PHONE_NUMBER|090-1234-5678]]です",
    "电话[[PHONE_NUMBER|13812345678]]",
    "[[PHONE_NUMBER|+91 98765 43210]]",
    "WhatsApp: [[PHONE_NUMBER|+55 11 91234-5678]]",
    "my cell is [[PHONE_NUMBER|5551234567]]",
    "[[PHONE_NUMBER|001-846-853-9089x92556]] fax",
    "fax [[PHONE_NUMBER|0041 44 668 18 00]]",
    "phone: [[PHONE_NUMBER|(351) 228220551]]",
    "reach me at [[PHONE_NUMBER|467 3395]]",
    "Phone： [[PHONE_NUMBER|０９０−１２３４−５６７８]]",
]
MONEY = [
    "card [[CREDIT_CARD|4111 1111 1111 1111]] cvv [[CREDIT_CARD_CVV|123]] exp soon",
    "amex [[CREDIT_CARD|3782-822463-10005]]",
    "[[CREDIT_CARD|5555555555554444]]",
    "card number: [[CREDIT_CARD|4532-1234-5678-9012]]",
    "my Maestro card [[CREDIT_CARD|503890547220]]",
    "カード番号は[[CREDIT_CARD|３５３０１１１３３３３０００００]]です",
    "[[IBAN_CODE|GB29 NWBK 6016 1331 9268 19]] by Friday",
    "my iban is [[IBAN_CODE|de89370400440532013000]]",
    "transfer to [[IBAN_CODE|FR14 2004 1010 0505 0001 3M02 606]] please",
    "IBAN: [[IBAN_CODE|GB67 ISPK 6978 6745 3316 9]] by post",
    "Swift/BIC: [[SWIFT_CODE|DEUTDEFF500]]",
    "routing number [[ABA_ROUTING_NUMBER|021000021]], account number [[BANK_ACCOUNT|123456789012]]",
    "sort code [[SORT_CODE|20-00-00]] account [[BANK_ACCOUNT|55779911]]",
    "send btc to [[CRYPTO|1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa]]",
    "[[CRYPTO|bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq]]",
    "eth [[CRYPTO|0x742d35Cc6634C0532925a3b844Bc454e4438f44e]]",
]
PEOPLE = [
    "SSN [[US_SSN|123 45 6789]] thanks",
    "ssn: [[US_SSN|123456789]]",
    "[[US_SSN|219-09-9998]]",
    "ITIN [[US_ITIN|912-70-1234]]",
    "NHS number [[UK_NHS|943 476 5919]]",
    "my NI number: [[UK_NINO|QQ 12 34 56 C]], or [[UK_NINO|AB123456C]]",
    "passport number [[PASSPORT|X1234567]]",
    "Reisepass [[PASSPORT|C01X00T47]]",
    "My driver's license is [[DRIVER_LICENSE|D1234567]]",
    "driving licence [[DRIVER_LICENSE|MORGA657054SM9IJ]]",
    "DL# [[DRIVER_LICENSE|A123-4567-8901]]",
    "DNI [[NATIONAL_ID|12345678Z]]",
    "CPF: [[NATIONAL_ID|529.982.247-25]]",
    "CNPJ [[TAX_ID|11.222.333/0001-81]]",
    "Aadhaar [[NATIONAL_ID|2341 2341 2346]]",
    "PAN [[TAX_ID|ABCPE1234F]]",
    "codice fiscale [[TAX_ID|RSSMRA85T10A562S]]",
    "INSEE [[NATIONAL_ID|1 84 12 76 451 089 46]]",
    "身份证号[[NATIONAL_ID|11010519491231002X]]",
    "주민등록번호 [[NATIONAL_ID|900101-1234567]]",
    "マイナンバー [[NATIONAL_ID|123456789018]]",
    "personnummer [[NATIONAL_ID|811228-9874]]",
    "national id: [[NATIONAL_ID|5602-0310368-8]]",
    "Steuer-ID [[TAX_ID|86 095 742 719]]",
    "VIN [[VEHICLE_ID|1HGCM82633A004352]]",
    "IMEI [[DEVICE_ID|490154203237518]]",
    "MRN: [[MEDICAL_RECORD|00123456]]",
    "DEA number [[MEDICAL_LICENSE|AP5836727]]",
]
REST = [
    "ip [[IP_ADDRESS|8.8.8.8]].",
    "[[IP_ADDRESS|2001:db8::ff00:42:8329]]",
    "ssh to [[IP_ADDRESS|2b99:9f07:b3f0:b94c:4e2a:89f6:fcd2:6dad]]:8080",
    "mac [[MAC_ADDRESS|00:1A:2B:3C:4D:5E]]",
    "see [[URL|https://example.org/a?b=c&d=(e)]].",
    "([[URL|http://x.io/foo]])",
    "[[URL|www.test.co.uk/path]], ok, see [[URL|https://a.org/b)c]]!?",
    "Latvian id card [[NATIONAL_ID|140630-17060]]",
    "our domain is [[URL|acme-tools.de]]",
    "zip code [[ZIP_CODE|90210]]",
    "Beverly Hills, CA [[ZIP_CODE|90210]]",
    "a [[AGE|38]]-year-old man, aged [[AGE|40]] now",
    "It's [[DATE_TIME|6/24/1991]], and [[DATE_TIME|1978-04-13 12:20:39]]",
    "[[DATE_TIME|3 March 1985]] to [[DATE_TIME|1985年3月4日]]",
    "on [[DATE_TIME|Tuesday]] in [[DATE_TIME|1971]] at [[DATE_TIME|10:30]]",
]
NOTHING = [
    "what is 3.14159265358979 times 2.718281828?",
    "UUID 550e8400-e29b-41d4-a716-446655440000",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "timestamps 1700000000 and 1700000000000",
    "order #123456789 shipped",
    "ISBN 978-3-16-148410-0",
    "1+1=2, 12345678 * 87654321 = 1000000007",
    "3 14 15 92 65 35, 4 8 15 16 23 42, 1234567.891",
    "version 1.2.3.4 is out, listens on 127.0.0.1:8080",
    "std::vector<int> a; x[::2]; x = [1, 2, 3, 4, 5, 6, 7]",
    "def login(password: str) -> bool:",
    "The password is required. token: string; key: number",
    "It is my number one; call it 12 times",
    "card games, credit where due, swift Wholesalers",
    "dates 2019-2020 and 2001 2002, call 12/31/1999, fax 010101 0101, text to 1230000",
    "https://",
    "http://-x, http://localhost:8000/ and end.It was",
]


def unmarked(marked):
    """The text without marks, and what they say: canonical type, start and end."""
    text, wanted, last = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[last : mark.start()]
        wanted.append((canonical(mark[1]), len(text), len(text) + len(mark[2])))
        text += mark[2]
        last = mark.end()
    return text + marked[last:], wanted


@pytest.mark.parametrize("marked", [*CONTACT, *MONEY, *PEOPLE, *REST])
def test_what_is_marked_is_found_with_its_bounds(marked):
    """Type and both ends; other types only where they are mild."""
    text, wanted = unmarked(marked)
    found = [(canonical(span.type), span.start, span.end) for span in find(text)]
    assert [span for span in found if span[0] in {type for type, *_ in wanted}] == wanted
    assert {type for type, *_ in found} <= {type for type, *_ in wanted} | {"DATE_TIME", "URL"}


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_alike_is_left_alone(text):
    """Numbers of mathematics, code and shops; words without values."""
    assert find(text, ["contact", "financial", "national", "network", "secrets"]) == ()


@pytest.mark.parametrize(
    "text", ["https://", "http://-x", "http://localhost:8000/", "the end.It was", "aged 130", "os.path"]
)
def test_mild_types_have_their_doubts_too(text):
    """No host, this machine only, no domain, nobody's age."""
    assert find(text, ["URL", "DOMAIN_NAME", "AGE"]) == ()


def test_birthdays_of_norwegian_numbers_are_looked_at():
    """Eleven digits are an id where they begin with a day and a month."""
    assert [span.score for span in find("id number 01129955131")] > [
        span.score for span in find("id number 99129955131")
    ]
