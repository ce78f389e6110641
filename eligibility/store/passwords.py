"""Passwords: strength, hashing (Argon2), and how many are hashed at once.

A hash takes 64 MiB on purpose, so that nobody tries a million a second; the process works on a few
at a time, or a crowd that signs in at once would take the memory of everything else.
"""

from __future__ import annotations

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from eligibility.domain.errors import InputError

#: characters of a password
SHORTEST, LONGEST = 12, 1000
#: hashes that are worked out at one time in the process
AT_ONCE = 2
#: of 0 to 4 on the scale of zxcvbn: at least a hundred million guesses
STRENGTH = 3
#: the first characters of a password decide how easily it is guessed
WEIGHED = 72
#: words that the first guesses at this program's passwords are made of
OWN_WORDS = ("eligibility", "gaoqi", "gaoxin", "gaoxinqiye", "高新", "高新技术企业")
#: Argon2id with the library's parameters (RFC 9106)
HASHER = PasswordHasher()
_turn = BoundedSemaphore(AT_ONCE)


def hash_password(login: str, password: str, hasher: PasswordHasher = HASHER) -> str:
    """The Argon2 hash of a password that may be used for this login.

    Raises
    ------
    InputError
        If the password is too short or too long, the login, or easily guessed.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(
            "A password has at least {shortest} and at most {longest} characters.",
            shortest=SHORTEST, longest=LONGEST,
        )  # fmt: skip
    if normalize_login(password) == normalize_login(login):
        raise InputError("A password may not be the login.")
    if is_guessable(login, password):
        raise InputError(
            "This password is easily guessed: it is a common one, a row of keys, a repetition, or "
            "made of the login. Choose another, such as four words that do not belong together."
        )
    return hash_only(password, hasher)


def hash_only(password: str, hasher: PasswordHasher = HASHER) -> str:
    """The Argon2 hash of a password, whatever it is."""
    with _turn:
        return hasher.hash(normalize_password(password))


def verify_password(digest: str, password: str, hasher: PasswordHasher = HASHER) -> bool:
    """Is this the password of that hash?"""
    with _turn:
        try:
            return hasher.verify(digest, normalize_password(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False


def is_guessable(login: str, password: str) -> bool:
    """Is a password common, a repetition, a row of keys or made of the login?"""
    # its lists of words take a while to load, and most commands set no password
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]

    plain = unicodedata.normalize("NFKC", password)
    known = normalize_login(login)
    words = [word for word in (known, *known.split("@"), *OWN_WORDS) if len(word) > 1]
    return bool(zxcvbn(plain[:WEIGHED], user_inputs=words)["score"] < STRENGTH)


def is_same_password(one: str, other: str) -> bool:
    """Are these one password, however it was typed?"""
    return normalize_password(one) == normalize_password(other)


def normalize_login(login: str) -> str:
    """A login as it is kept: however wide, high or spaced it was typed."""
    plainly = unicodedata.normalize("NFKC", login).casefold()
    return "".join(letter for letter in plainly if letter.isprintable() and letter != " ")


def normalize_password(password: str) -> bytes:
    """One byte sequence for what looks alike on two keyboards."""
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")
