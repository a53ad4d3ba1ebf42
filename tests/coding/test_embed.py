from __future__ import annotations

import numpy as np
import pytest

from qualkit.coding import _network, embed

TEXTS = ["They never call back.", "Nobody returns our calls.", "Lovely garden.", "", "😀 " * 400]


def test_vectors_are_those_of_sentence_transformers():
    import logging

    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(_network.folder()), device="cpu").encode(
        TEXTS, normalize_embeddings=True, show_progress_bar=False
    )

    assert embed.embed(TEXTS, kind="fp32")[:, :384] == pytest.approx(theirs, abs=1e-5)


def test_every_part_of_a_row_has_length_one():
    rows = embed.embed(TEXTS)

    assert rows.shape == (5, embed.WIDTH)
    parts = rows.reshape(5, -1, 384)
    assert np.linalg.norm(parts, axis=2) == pytest.approx(1, abs=1e-4)


def test_eight_bits_say_nearly_the_same():
    exact, small = embed.embed(TEXTS), embed.embed(TEXTS, kind="int8")

    assert (exact[:, :384] * small[:, :384]).sum(1).min() > 0.95


def test_a_vector_does_not_depend_on_its_neighbours_in_the_batch():
    alone = embed.embed(TEXTS[:1], kind="fp32")

    assert embed.embed(TEXTS, kind="fp32")[0] == pytest.approx(alone[0], abs=1e-5)


def test_static_vectors_know_what_is_alike():
    rows = embed.embed(TEXTS[:3], kind="static")

    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_an_unknown_model_is_refused():
    with pytest.raises(ValueError, match=r"^model 'big' is not one of int8, fp32, static$"):
        embed.embed(["a"], kind="big")


def test_no_text_has_no_row():
    assert embed.embed([]).shape == (0, embed.WIDTH)


def test_progress_ends_at_the_number_of_texts():
    seen: list[tuple[int, int]] = []

    embed.embed(["a"] * 70, progress=lambda done, total, _what: seen.append((done, total)))

    assert seen[-1] == (70, 70)
