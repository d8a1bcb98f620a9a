from rehearsal.standins.values import UNKNOWN, Map, Secret, has_secret, has_unknown, without_secrets
from rehearsal.standins.wire import decode, encode

VALUE: Map = {"number": 1, "part": 1.5, "none": None, "yes": True, "list": ["x", {"deep": Secret({"a": [UNKNOWN]})}]}


def test_what_is_sent_arrives_as_it_was() -> None:
    assert decode(encode(VALUE)) == VALUE


def test_whole_numbers_arrive_as_integers() -> None:
    assert isinstance(decode(encode({"port": 80.0}))["port"], int)


def test_secrets_and_unknowns_are_found_wherever_they_are() -> None:
    assert has_secret(VALUE)
    assert has_unknown(VALUE)
    assert not has_secret(without_secrets(VALUE))
    assert not has_unknown({"a": ["b"]})


def test_a_secret_does_not_show_its_value() -> None:
    assert "hush" not in repr(Secret("hush"))
