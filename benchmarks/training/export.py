"""Writes a trained reader as moderation.prescreen.reader reads it: large weights in 8 bits, one scale a column."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from benchmarks.training.reader import Reader
from moderation.prescreen.windows import LONGEST

Arrays = dict[str, npt.NDArray[np.generic]]


def export(reader: Reader, path: Path) -> None:
    body = reader.body
    config = body.config
    pieces = _array(body.embeddings.word_embeddings.weight)
    scales = np.maximum(np.abs(pieces).max(axis=1), 1e-8) / 127
    places = body.embeddings.position_embeddings.weight[:LONGEST] + body.embeddings.token_type_embeddings.weight[0]
    found: Arrays = {
        "pieces": np.round(pieces / scales[:, None]).astype(np.int8),
        "scales": scales.astype(np.float16),
        "places": _array(places).astype(np.float16),
        "heads": np.array(config.num_attention_heads),
        "layers": np.array(config.num_hidden_layers),
        "out": np.hstack([_turned(reader.of_part), _turned(reader.of_piece)]).astype(np.float32),
        "out_shift": np.hstack([_array(reader.of_part.bias), _array(reader.of_piece.bias)]),
    }
    _norm(found, "norm.", body.embeddings.LayerNorm)
    heads = (config.hidden_size // config.num_attention_heads) ** -0.5
    for at, layer in enumerate(body.encoder.layer):
        _linear(found, f"{at}.query", layer.attention.self.query, heads)
        _linear(found, f"{at}.key", layer.attention.self.key)
        _linear(found, f"{at}.value", layer.attention.self.value)
        _linear(found, f"{at}.seen", layer.attention.output.dense)
        _norm(found, f"{at}.seen_", layer.attention.output.LayerNorm)
        _linear(found, f"{at}.inner", layer.intermediate.dense)
        _linear(found, f"{at}.outer", layer.output.dense)
        _norm(found, f"{at}.outer_", layer.output.LayerNorm)
    np.savez_compressed(path, allow_pickle=False, **found)


def _linear(found: Arrays, name: str, linear: nn.Linear, scale: float = 1.0) -> None:
    weight = _turned(linear) * scale
    steps = np.maximum(np.abs(weight).max(axis=0), 1e-8) / 127
    found[name] = np.round(weight / steps).astype(np.int8)
    found[f"{name}_scale"] = steps.astype(np.float32)
    found[f"{name}_shift"] = _array(linear.bias) * scale


def _norm(found: Arrays, prefix: str, norm: nn.LayerNorm) -> None:
    found[f"{prefix}gain"], found[f"{prefix}bias"] = _array(norm.weight), _array(norm.bias)


def _turned(linear: nn.Linear) -> npt.NDArray[np.float32]:
    return _array(linear.weight).T


def _array(tensor: torch.Tensor) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().numpy())
