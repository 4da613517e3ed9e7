"""A Llama of two layers that nobody trained, for llama.cpp: `tiny_gguf.py FILE`. Its tokens are bytes, its weights are
drawn from a fixed seed: what it says means nothing and is always the same at temperature 0. Runs in the environment of
engine_venvs.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

SPECIAL = ("<s>", "</s>", "<pad>")
CONTEXT, WIDTH, INNER, LAYERS, HEADS = 8192, 64, 128, 2, 2
TEMPLATE = "{% for one in messages %}{{ one['role'] }}: {{ one['content'] }}\n{% endfor %}assistant: "


def letters() -> list[str]:
    """The character by which byte-level vocabularies write each byte: itself where it can be seen, else one from 256
    on."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    strange = [byte for byte in range(256) if byte not in seen]
    written = {byte: chr(byte) for byte in seen} | {byte: chr(256 + at) for at, byte in enumerate(strange)}
    return [written[byte] for byte in range(256)]


def main(file: Path) -> None:
    """Writes the file."""
    import gguf

    tokens = [*SPECIAL, *letters()]
    writer = gguf.GGUFWriter(str(file), "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_token_types([control] * len(SPECIAL) + [normal] * 256)
    writer.add_token_merges(["a b"])  # of two that stand for no token: it wants some
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(2)
    writer.add_chat_template(TEMPLATE)
    _weigh(writer, len(tokens))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _weigh(writer: Any, tokens: int) -> None:
    import numpy as np

    rng = np.random.default_rng(0)

    def drawn(name: str, *shape: int) -> None:
        writer.add_tensor(name, (0.2 * rng.standard_normal(shape)).astype(np.float32))

    def ones(name: str) -> None:
        writer.add_tensor(name, np.ones(WIDTH, np.float32))

    drawn("token_embd.weight", tokens, WIDTH)
    out = (0.2 * rng.standard_normal((tokens, WIDTH))).astype(np.float32)
    out[[at for at, token in enumerate(letters(), len(SPECIAL)) if not ("!" <= token <= "~")]] = 0.0
    out[: len(SPECIAL)] = 0.0  # some letter is always likelier: no answer ends before max_tokens, all is plain text
    writer.add_tensor("output.weight", out)
    ones("output_norm.weight")
    for at in range(LAYERS):
        ones(f"blk.{at}.attn_norm.weight")
        ones(f"blk.{at}.ffn_norm.weight")
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            drawn(f"blk.{at}.{name}.weight", WIDTH, WIDTH)
        drawn(f"blk.{at}.ffn_gate.weight", INNER, WIDTH)
        drawn(f"blk.{at}.ffn_up.weight", INNER, WIDTH)
        drawn(f"blk.{at}.ffn_down.weight", WIDTH, INNER)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
