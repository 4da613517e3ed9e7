"""Letters that look like Latin ones: the few scripts and styles that NFKC keeps apart. After Unicode UTS #39."""

from __future__ import annotations

_ALIKE = {
    "a": "аɑαӓᴀ🅐🅰",
    "b": "ЬʙƄ🅑🅱",
    "c": "сϲᴄ🅒🅲",
    "d": "ԁᴅɗ🅓🅳",
    "e": "еєҽεᴇё🅔🅴",
    "f": "ꜰƒ🅕🅵",
    "g": "ɡɢց🅖🅶",
    "h": "һհʜ🅗🅷",
    "i": "іɩιıɪӏ🅘🅸",
    "j": "јϳᴊ🅙🅹",
    "k": "кκᴋ🅚🅺",
    "l": "ʟ🅛🅻",
    "m": "мᴍ🅜🅼",
    "n": "ոɴη🅝🅽",
    "o": "оοօσᴏӧ🅞🅾",
    "p": "рρᴘ🅟🅿",
    "q": "ԛգ🅠🆀",
    "r": "гʀᴦ🅡🆁",
    "s": "ѕꜱ🅢🆂",
    "t": "тτᴛ🅣🆃",
    "u": "սυᴜц🅤🆄",
    "v": "ѵνᴠ🅥🆅",
    "w": "ԝѡωᴡ🅦🆆",
    "x": "хχ🅧🆇",
    "y": "уγүʏ🅨🆈",
    "z": "ᴢ🅩🆉",
    "A": "АΑᎪ",
    "B": "ВΒᏴ",
    "C": "СϹᏟ",
    "D": "Ꭰ",
    "E": "ЕΕᎬ",
    "G": "Ԍ",
    "H": "НΗᎻ",
    "I": "ІΙӀ",
    "J": "ЈᎫ",
    "K": "КΚᏦ",
    "L": "Ꮮ",
    "M": "МΜᎷ",
    "N": "Ν",
    "O": "ОΟՕ",
    "P": "РΡᏢ",
    "Q": "Ԛ",
    "R": "Ꮢ",
    "S": "ЅՏᏚ",
    "T": "ТΤᎢ",
    "U": "Ս",
    "V": "ѴᏙ",
    "W": "ԜᎳ",
    "X": "ХΧ",
    "Y": "УΥҮ",
    "Z": "ΖᏃ",
}

FOLD = {ord(alike): letter for letter, alikes in _ALIKE.items() for alike in alikes}
"""For str.translate: each look-alike to the Latin letter."""

LETTERS = frozenset(map(chr, FOLD))

SMALL_CAPS = frozenset("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ") | {c for c in LETTERS if c > "\U0001f000"}
"""Those that make a disguised word even without one plain letter: small capitals, circled and squared letters."""
