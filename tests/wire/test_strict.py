"""Facts about reading JSON objects strictly."""

import json
from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.errors import BadRequest
from wrp_router.wire.strict import MAX_DEPTH, MAX_MEMBERS, members, parse, too_deep

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=8)
LAYOUTS = st.sampled_from(
    (
        {"separators": (",", ":")},
        {},
        {"indent": 2},
        {"indent": "\t", "ensure_ascii": False},
        {"separators": (" ,\r\n", " : ")},
    )
)

REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b" \n\t ", "empty"),
    "byte order mark": (b'\xef\xbb\xbf{"a":1}', "byte order mark"),
    "utf-16": ('{"a":1}'.encode("utf-16"), "UTF-8"),
    "invalid utf-8": (b'{"a":"\xff"}', "UTF-8"),
    "utf-8 surrogate": (b'{"a":"\xed\xa0\x80"}', "UTF-8"),
    "overlong utf-8": (b'{"a":"\xc0\x80"}', "UTF-8"),
    "null": (b"null", "object"),
    "array": (b"[]", "object"),
    "string": (b'"x"', "object"),
    "number": (b"1", "object"),
    "nan": (b'{"a":NaN}', "not valid JSON"),
    "infinity": (b'{"a":Infinity}', "not valid JSON"),
    "negative infinity": (b'{"a":-Infinity}', "not valid JSON"),
    "overflow": (b'{"a":1e999}', "infinity"),
    "negative overflow": (b'{"a":-1e999}', "infinity"),
    "just over a double": (b'{"a":10e308}', "infinity"),
    "5000 digits": (b'{"a":' + b"9" * 5000 + b"}", "infinity"),
    "lone high surrogate": (b'{"a":"\\ud800"}', "not valid JSON"),
    "lone low surrogate": (b'{"a":"\\udc00"}', "not valid JSON"),
    "surrogates swapped": (b'{"a":"\\udc00\\ud800"}', "not valid JSON"),
    "lone surrogate in a key": (b'{"\\ud800":1}', "not valid JSON"),
    "raw control character": (b'{"a":"\x00"}', "not valid JSON"),
    "raw newline": (b'{"a":"\n"}', "not valid JSON"),
    "trailing comma": (b'{"a":1,}', "not valid JSON"),
    "trailing bytes": (b'{"a":1} x', "not valid JSON"),
    "trailing NUL": (b'{"a":1}\x00', "not valid JSON"),
    "two objects": (b'{"a":1}{"a":1}', "not valid JSON"),
    "comment": (b'{"a":1/**/}', "not valid JSON"),
    "single quotes": (b"{'a':1}", "not valid JSON"),
    "leading zero": (b'{"a":01}', "not valid JSON"),
    "truncated": (b'{"a":"b', "not valid JSON"),
    "deep": (b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", "levels deep"),
    "very deep": (b'{"a":' * 100_000, "levels deep"),
    "deep among many": (b'{"a":[' + b"[]," * 5000 + b"[" * 70 + b"]" * 70 + b"]}", "levels deep"),
}


@pytest.mark.parametrize(("raw", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_malformed_bodies_are_bad_requests(raw: bytes, says: str) -> None:
    """Every shape that parsers disagree about is refused, with a reason."""
    with pytest.raises(BadRequest) as caught:
        parse(raw)
    assert says in caught.value.message
    assert caught.value.code in {"invalid_json", "too_deep"}


def test_numbers_beyond_64_bits_do_not_crash() -> None:
    """Large integers become floats in the tree and stay as sent in the members."""
    raw = b'{"a":18446744073709551616,"b":1e-999}'
    assert parse(raw) == {"a": 18446744073709551616.0, "b": 0.0}
    assert bytes(members(raw)["a"]) == b"18446744073709551616"


@pytest.mark.parametrize("padding", [b"", b" " * 4096])
def test_depth_is_allowed_up_to_the_limit(padding: bytes) -> None:
    """64 levels pass, 65 do not, in short bodies and in long ones."""

    def nested(levels: int) -> bytes:
        return b'{"a":' + padding + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"

    parse(nested(MAX_DEPTH))
    with pytest.raises(BadRequest):
        parse(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize("filler", [b"{}", b"[]"])
def test_many_shallow_containers_are_not_deep(filler: bytes) -> None:
    """The walk decides where counting brackets cannot."""
    parse(b'{"a":[' + b",".join([filler] * 2000) + b"]}")
    assert not too_deep({"a": [{"b": [1, "x"]}, 2]})


@given(OBJECTS, LAYOUTS)
def test_members_are_the_bytes_sent(tree: dict[str, object], layout: dict[str, object]) -> None:
    """Whatever the layout, members come in order and each is the text of its value."""
    raw = json.dumps(tree, **layout).encode()
    found = members(raw)
    assert list(found) == list(tree)
    assert {key: orjson.loads(bytes(value)) for key, value in found.items()} == orjson.loads(raw)
    assert all(bytes(value) in raw for value in found.values())


@given(OBJECTS.filter(bool), VALUES, LAYOUTS, st.data())
def test_a_repeated_key_is_always_found(
    tree: dict[str, object], value: object, layout: dict[str, object], data: st.DataObject
) -> None:
    """No layout and no choice of values hides a second value for a key."""
    pairs = list(tree.items())
    again = data.draw(st.sampled_from(pairs))[0]
    pairs.insert(data.draw(st.integers(0, len(pairs))), (again, value))
    comma, colon = layout.get("separators", (", ", ": "))
    raw = ("{" + comma.join(json.dumps(key) + colon + json.dumps(held) for key, held in pairs) + "}").encode()
    with pytest.raises(BadRequest) as caught:
        members(raw)
    assert caught.value.code == "duplicate_field"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"model":"a","model":"b"}',
        b'{"model":"a","\\u006dodel":"b"}',
        b'{"a":1,"bb":"c","a":1}',
        b'{"a":{"b":1,"c":2},"c":2,"a":123456}',
        b'{"a": 12, "a": 1}',
        b'{"a":12345678,"a":1,"b":2}',
        b'{ "a" : 1 , "b" : 2 , "b" : 2 }',
    ],
)
def test_repeated_keys_in_every_disguise(raw: bytes) -> None:
    """Escapes, equal values, and values that overlap the next field do not help."""
    parse(raw)
    with pytest.raises(BadRequest) as caught:
        members(raw)
    assert caught.value.code == "duplicate_field"
    assert caught.value.param


def test_escaped_keys_are_not_repeats() -> None:
    """A key spelt with escapes is one key, under the name it spells."""
    raw = b'{"\\u006d\\u006f\\u0064el":"x", "caf\\u00e9":  1}'
    assert list(members(raw)) == ["model", "café"]


def test_empty_objects_have_no_members() -> None:
    """Whatever the white space inside."""
    assert members(b"{ \n\n\n\n  }") == {}


def test_field_names_are_bounded_in_number() -> None:
    """A hundred thousand fields are refused before anything loops over them."""
    raw = orjson.dumps({f"k{i}": 0 for i in range(MAX_MEMBERS + 1)})
    with pytest.raises(BadRequest) as caught:
        members(raw)
    assert caught.value.code == "too_many_fields"


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"a"', b'{"\xff":1}', b"[" * 100_000])
def test_members_of_what_is_no_object(raw: bytes) -> None:
    """Members may be asked of unchecked bytes."""
    with pytest.raises(BadRequest):
        members(raw)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: b'{"a":"' + text.encode() + b'"}'))
def test_only_bad_requests_are_raised(raw: bytes) -> None:
    """For any bytes at all."""
    for read in (parse, members):
        with suppress(BadRequest):
            assert isinstance(read(raw), dict)
