"""Letter statistics of a few words, packed as lingua packs those of a language."""

import json
import zipfile
from collections import Counter

from wrp_signals.training.ngrams import FILES, WHEEL


def statistics(words):
    """Counts of runs of one to five letters of these words, as lingua counts."""
    return [
        dict(Counter(word[at : at + size] for word in words for at in range(len(word) - size + 1)))
        for size in range(1, 6)
    ]


def wheel(folder, **languages):
    """A wheel with the statistics of each language's words, packed as lingua packs them."""
    import brotli

    path = folder / WHEEL
    with zipfile.ZipFile(path, "w") as files:
        for language, words in languages.items():
            counts = statistics(words)
            total = sum(counts[0].values())
            for name, runs, shorter in zip(FILES, counts, [{}, *counts], strict=False):
                shares = {}
                for run, count in runs.items():
                    shares.setdefault(f"{count}/{shorter.get(run[:-1], total)}", []).append(run)
                packed = brotli.compress(
                    json.dumps({"language": language, "ngrams": {k: " ".join(v) for k, v in shares.items()}}).encode()
                )
                files.writestr(f"lingua/language-models/{language}/{name}.json.br", packed)
    return path
