import pytest

from rehearsal.standins.kubernetes.objects.quantities import canonical


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0.5", "500m"),
        (0.25, "250m"),
        ("500m", "500m"),
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Ki", "512"),
        ("1e3", "1k"),
        ("3000", "3k"),
        (30, "30"),
        ("0", "0"),
        ("0Mi", "0"),
        ("1000.5", "1000500m"),
        ("0.0000000001", "1n"),
    ],
)
def test_an_amount_is_spelt_as_the_api_server_spells_it(written: str | float, kept: str) -> None:
    assert canonical(written) == kept


@pytest.mark.parametrize("text", ["", "fast", "12cores", "1.2.3", "Gi"])
def test_a_text_that_is_no_quantity_is_left_alone(text: str) -> None:
    assert canonical(text) == text
