"""Verifiers that PostgreSQL takes instead of passwords."""

import base64
import hashlib
import hmac

from planning.shared.derived_secrets import derive
from planning.shared.scram import derived_verifier, scram_verifier

ROOT = "r" * 44


def test_the_example_of_rfc_7677_verifies() -> None:
    # RFC 7677, section 3: user "user", password "pencil", and the server's final signature.
    verifier = scram_verifier("pencil", salt=base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
    server_key = base64.b64decode(verifier.rsplit(":", 1)[1])
    message = (
        b"n=user,r=rOprNGfwEbeRWgbNEkqO,"
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    signature = base64.b64encode(hmac.digest(server_key, message, "sha256"))
    assert signature == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_the_stored_key_proves_the_client_and_hides_the_password() -> None:
    verifier = scram_verifier("pencil", salt=base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
    stored_key = base64.b64decode(verifier.split("$")[2].split(":")[0])
    proof = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    message = (
        b"n=user,r=rOprNGfwEbeRWgbNEkqO,"
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    signature = hmac.digest(stored_key, message, "sha256")
    client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
    assert hashlib.sha256(client_key).digest() == stored_key
    assert "pencil" not in verifier


def test_a_derived_verifier_is_the_same_in_every_run_and_belongs_to_the_derived_password() -> None:
    verifier = derived_verifier(ROOT, owner="my-wallet", purpose="database-app", generation=1)
    assert verifier == derived_verifier(ROOT, owner="my-wallet", purpose="database-app", generation=1)
    salt = base64.b64decode(verifier.split("$")[1].split(":")[1])
    assert verifier == scram_verifier(derive(ROOT, owner="my-wallet", purpose="database-app"), salt=salt)


def test_a_new_generation_and_another_plugin_give_other_verifiers() -> None:
    found = {
        derived_verifier(ROOT, owner=owner, purpose="database-app", generation=generation)
        for owner in ("a", "b")
        for generation in (1, 2)
    }
    assert len(found) == 4
    assert len({verifier.split("$")[1] for verifier in found}) == 4
