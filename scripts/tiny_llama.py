"""A Llama of two layers that nobody trained, for `transformers serve`: `tiny_llama.py FOLDER`. Its tokens are bytes,
its weights are drawn from a fixed seed: what it says means nothing and is always the same at temperature 0. Runs in the
environment of engine_venvs.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

SPECIAL = ("<s>", "</s>", "<pad>")
CONTEXT = 8192
TEMPLATE = "{% for one in messages %}{{ one['role'] }}: {{ one['content'] }}\n{% endfor %}assistant: "


def main(folder: Path) -> None:
    """Writes model and tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    names = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={name: at for at, name in enumerate(names)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=SPECIAL[0], eos_token=SPECIAL[1], pad_token=SPECIAL[2]
    )
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    shape = LlamaConfig(
        vocab_size=len(names),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=CONTEXT,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    )
    model = LlamaForCausalLM(shape)
    with torch.no_grad():
        for at, name in enumerate(names):  # some letter is always likelier: no answer ends early, all is plain text
            if name in SPECIAL or not "!" <= name <= "~":
                model.lm_head.weight[at] = 0.0
    model.save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
