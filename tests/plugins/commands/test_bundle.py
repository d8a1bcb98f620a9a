"""Bundles: their size as browsers load them, and their hash."""

import base64
import gzip
import hashlib
import random
from pathlib import Path

import pytest

from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.frontend import MAX_GZIP_BYTES
from plugins.commands.bundle import measure


def noise(size: int) -> bytes:
    """Text that gzip can only press to about three quarters."""
    generator = random.Random(1)  # noqa: S311  # no secret: the same noise every time
    return base64.b64encode(generator.randbytes(size))


def test_size_is_that_after_gzip_and_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.js"
    path.write_bytes(b"console.log(1);" * 10_000)
    found = measure(path)
    assert found.gzip_bytes == len(gzip.compress(path.read_bytes(), 9, mtime=0)) < 1000
    digest = base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
    assert found.integrity == f"sha384-{digest}"
    assert measure(path) == found


def test_a_bundle_above_the_limit_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "x.js"
    path.write_bytes(noise(MAX_GZIP_BYTES + 10_000))
    with pytest.raises(InvalidInputError, match="512,000 bytes after gzip"):
        measure(path)


def test_a_bundle_just_below_the_limit_passes(tmp_path: Path) -> None:
    path = tmp_path / "x.js"
    path.write_bytes(noise(MAX_GZIP_BYTES - 20_000))
    assert MAX_GZIP_BYTES - 40_000 < measure(path).gzip_bytes <= MAX_GZIP_BYTES


@pytest.mark.parametrize(("data", "word"), [(b"", "empty"), (b" \n", "empty"), (b"\xff\xfe\x00", "UTF-8")])
def test_what_is_no_bundle_is_refused(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "x.js"
    path.write_bytes(data)
    with pytest.raises(InvalidInputError, match=word):
        measure(path)


def test_a_missing_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="No such file"):
        measure(tmp_path / "x.js")
