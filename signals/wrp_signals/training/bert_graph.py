"""The ONNX graph of a BERT-like text encoder, written node by node: fp32 for reference, int8 for use. Knows no files.

The int8 graph differs from what `quantize_dynamic` makes in two ways, compared by scripts/compare_quantisation.py:
activations get scales that do not depend on the batch (one text, one vector, whatever it is batched with), and channels
are balanced before rounding (SmoothQuant, arXiv:2211.10438). Residuals use LayerNormalization, not
SkipLayerNormalization: 0.065 against 0.45 ms per 128 x 384 in onnxruntime 1.31.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper, numpy_helper

MS = "com.microsoft"
GELU_FLOOR = 0.17
"""gelu(x) > -0.17 everywhere, so gelu(x) + 0.17 is never negative."""

BALANCE = 0.7
"""SmoothQuant's alpha: how much of the activations' spread moves into the weights; 0.5 to 0.9 tried."""

Array = npt.NDArray[Any]
Ranges = dict[str, tuple[Array, Array]]
"""Site -> (lowest, highest) activation seen per channel."""


class Architecture(msgspec.Struct, frozen=True):
    """What the weights do not say. `positions` is the row of the first token's position; `pooling` makes one vector of
    the tokens' vectors. `name` is written into the file."""

    name: str
    layers: int
    heads: int
    dim: int
    epsilon: float = 1e-12
    positions: int = 0
    pooling: Literal["mean", "cls"] = "mean"


@dataclass
class Graph:
    """Nodes and constants under construction. With `ranges` matrix products become int8; without, they stay fp32."""

    of: Architecture
    ranges: Ranges | None = None
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    taps: dict[str, str] = field(default_factory=dict)

    def const(self, name: str, value: Array) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def op(self, kind: str, inputs: list[str], domain: str = "", **attributes: Any) -> str:
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def scalar(self, name: str, value: float, dtype: Any = np.float32) -> str:
        return self.const(name, np.array(value, dtype))


def per_column(weights: Array) -> tuple[Array, Array]:
    """Symmetric int8 with one scale per output column: (int8[K, N], float32[N])."""
    scale = np.maximum(np.abs(weights).max(0) / 127, 1e-12)
    return np.clip(np.round(weights / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


@dataclass(frozen=True)
class Rounded:
    """A site's quantised input and weights: names of x (uint8), its zero point, W (int8) and W's column scales."""

    x: str
    zero: str
    weights: str
    scales: str


def rounded(graph: Graph, x: str, weights: Array, site: str) -> Rounded:
    """Round `x` with fixed per-channel scales; the scales move into the weights, so that the product needs none."""
    assert graph.ranges is not None
    low, high = graph.ranges[site]
    spread = np.maximum(np.maximum(np.abs(low), np.abs(high)), 1e-6)
    divisor = spread**BALANCE / np.maximum(np.abs(weights).max(1), 1e-6) ** (1 - BALANCE)
    bottom, top = (low / divisor).min(), (high / divisor).max()
    step = (top - bottom) / 255
    zero = graph.scalar(f"{site}.zero", int(np.clip(round(-bottom / step), 0, 255)), np.uint8)
    integer, scales = per_column(weights * (divisor * step)[:, None])
    scaled = graph.op("Mul", [x, graph.const(f"{site}.in", (1 / (divisor * step)).astype(np.float32))])
    return Rounded(
        graph.op("QuantizeLinear", [scaled, graph.scalar("one", 1.0), zero]),
        zero,
        graph.const(f"{site}.weight", integer),
        graph.const(f"{site}.scale", scales),
    )


def linear(graph: Graph, x: str, weights: Array, bias: Array, site: str) -> str:
    """x @ weights + bias."""
    graph.taps[site] = x
    offset = graph.const(f"{site}.bias", bias)
    if graph.ranges is None:
        return graph.op("Add", [graph.op("MatMul", [x, graph.const(f"{site}.weight", weights)]), offset])
    r = rounded(graph, x, weights, site)
    return graph.op("MatMulIntegerToFloat", [r.x, r.weights, "one", r.scales, r.zero, "", offset], MS)


def linear_of_gelu(graph: Graph, x: str, weights: Array, bias: Array, site: str, shape: str) -> str:
    """x @ weights + bias for an x out of gelu: its outliers differ per token, so each row gets its own scale."""
    if graph.ranges is None:
        return linear(graph, x, weights, bias, site)
    integer, scales = per_column(weights)
    shift = bias - GELU_FLOOR * (integer.astype(np.float32) * scales).sum(0)
    rows = graph.op("Reshape", [x, graph.const("rows", np.array([-1, weights.shape[0]]))])
    rows = graph.op("Add", [rows, graph.scalar("floor", GELU_FLOOR)])
    highest = graph.op("ReduceMax", [rows, graph.const("last", np.array([-1]))], keepdims=1)
    step = graph.op("Mul", [highest, graph.scalar("levels", 1 / 255)])
    steps = graph.op("Reshape", [step, graph.const("flat", np.array([-1]))])
    zeros = graph.op("Expand", [graph.const("zero_row", np.zeros(1, np.uint8)), graph.op("Shape", [steps])])
    quantised = graph.op("QuantizeLinear", [rows, steps, zeros], axis=0)
    names = [graph.const(f"{site}.weight", integer), "one", graph.const(f"{site}.scale", scales)]
    product = graph.op("MatMulIntegerToFloat", [quantised, *names, graph.scalar("zero8", 0, np.uint8)], MS)
    scaled = graph.op("Reshape", [graph.op("Mul", [product, step]), shape])
    return graph.op("Add", [scaled, graph.const(f"{site}.bias", shift.astype(np.float32))])


def attention(graph: Graph, x: str, weights: Array, bias: Array, site: str) -> str:
    """Multi-head self-attention before its output projection. `weights` is [d, 3 x d]: query, key, value."""
    graph.taps[site] = x
    mask, heads = "attention_mask", graph.of.heads
    offset = graph.const(f"{site}.bias", bias)
    if graph.ranges is None:
        return graph.op("Attention", [x, graph.const(f"{site}.weight", weights), offset, mask], MS, num_heads=heads)
    r = rounded(graph, x, weights, site)
    # one constant per layer: without VNNI, onnxruntime rewrites each of them and trips over a shared one
    symmetric = graph.const(f"{site}.zeros", np.zeros(weights.shape[1], np.int8))
    inputs = [r.x, r.weights, offset, "one", r.scales, mask, r.zero, symmetric]
    return graph.op("QAttention", inputs, MS, num_heads=heads)


def add_and_norm(graph: Graph, a: str, b: str, gamma: Array, beta: Array, site: str) -> str:
    names = [graph.const(f"{site}.gamma", gamma), graph.const(f"{site}.beta", beta)]
    return graph.op("LayerNormalization", [graph.op("Add", [a, b]), *names], axis=-1, epsilon=graph.of.epsilon)


def embeddings(graph: Graph, tensors: dict[str, Array]) -> str:
    """Word (int8 with a scale per word when quantising) plus position plus the first token type."""
    words = tensors["embeddings.word_embeddings.weight"]
    if graph.ranges is None:
        word = graph.op("Gather", [graph.const("words", words), "input_ids"])
    else:
        scale = np.maximum(np.abs(words).max(1, keepdims=True) / 127, 1e-12).astype(np.float32)
        integer = graph.const("words", np.round(words / scale).astype(np.int8))
        picked = graph.op("Cast", [graph.op("Gather", [integer, "input_ids"])], to=TensorProto.FLOAT)
        word = graph.op("Mul", [picked, graph.op("Gather", [graph.const("word_scales", scale), "input_ids"])])
    places = tensors["embeddings.position_embeddings.weight"][graph.of.positions :]
    if "embeddings.token_type_embeddings.weight" in tensors:
        places = places + tensors["embeddings.token_type_embeddings.weight"][0]
    ends = [graph.const(f"at{n}", np.array([n])) for n in (0, 1, 2)]
    length = graph.op("Slice", [graph.op("Shape", ["input_ids"]), ends[1], ends[2]])
    place = graph.op("Slice", [graph.const("places", places), ends[0], length, ends[0]])
    norm = "embeddings.LayerNorm"
    return add_and_norm(graph, word, place, tensors[f"{norm}.weight"], tensors[f"{norm}.bias"], norm)


def layer(graph: Graph, x: str, shape: str, tensors: dict[str, Array], index: int) -> str:
    def get(name: str, part: str) -> Array:
        value = tensors[f"encoder.layer.{index}.{name}.{part}"]
        return value.T if part == "weight" and value.ndim == 2 else value

    def both(name: str) -> tuple[Array, Array]:
        return get(name, "weight"), get(name, "bias")

    roles = [both(f"attention.self.{role}") for role in ("query", "key", "value")]
    weights, bias = np.concatenate([w for w, _ in roles], 1), np.concatenate([b for _, b in roles])
    seen = attention(graph, x, weights, bias, f"{index}.attention")
    out = linear(graph, seen, *both("attention.output.dense"), f"{index}.output")
    x = add_and_norm(graph, out, x, *both("attention.output.LayerNorm"), f"{index}.norm1")
    wide = graph.op("Gelu", [linear(graph, x, *both("intermediate.dense"), f"{index}.wide")], MS)
    narrow = linear_of_gelu(graph, wide, *both("output.dense"), f"{index}.narrow", shape)
    return add_and_norm(graph, narrow, x, *both("output.LayerNorm"), f"{index}.norm2")


def pooled(graph: Graph, x: str) -> str:
    """One vector a text, not yet of unit length."""
    if graph.of.pooling == "cls":
        return graph.op("Squeeze", [graph.op("Gather", [x, "at0"], axis=1), "at1"])
    mask = graph.op("Unsqueeze", [graph.op("Cast", ["attention_mask"], to=TensorProto.FLOAT), "at1"])
    return graph.op("Squeeze", [graph.op("MatMul", [mask, x]), "at1"])


def encoder(
    tensors: dict[str, Array], of: Architecture, ranges: Ranges | None = None, *, taps: bool = False
) -> tuple[ModelProto, list[str]]:
    """input_ids int64[b, s], attention_mask int32[b, s] -> embedding float32[b, dim], unit rows.

    `tensors` have BERT's names. `taps` adds the input of every matrix product as an output, in the order of the
    returned site names.
    """
    graph = Graph(of, ranges)
    x = embeddings(graph, tensors)
    shape = graph.op("Shape", [x])
    for index in range(of.layers):
        x = layer(graph, x, shape, tensors, index)
    one = pooled(graph, x)
    length = graph.op("ReduceL2", [one, "at1"], keepdims=1)
    graph.nodes.append(helper.make_node("Div", [one, length], ["embedding"]))
    info = helper.make_tensor_value_info
    inputs = [info("input_ids", TensorProto.INT64, ["b", "s"]), info("attention_mask", TensorProto.INT32, ["b", "s"])]
    outputs = [info("embedding", TensorProto.FLOAT, ["b", of.dim])]
    if taps:
        outputs += [info(name, TensorProto.FLOAT, None) for name in graph.taps.values()]
    built = helper.make_graph(graph.nodes, of.name, inputs, outputs, list(graph.constants.values()))
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(MS, 1)]
    return helper.make_model(built, opset_imports=opsets, ir_version=9), list(graph.taps)
