"""A signature over a run's manifest (Ed25519): who published it, for those who hold the public key."""

from pathlib import Path
from typing import Any

from fvmanalys.errors import UsageError
from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.limits import read_bytes
from fvmanalys.evidence.published import MANIFEST

__all__ = ["SIGNATURE", "private_key", "sign", "signature", "signed_by"]

SIGNATURE = "manifest.sig"
MAKE = "make one with: openssl genpkey -algorithm ed25519 -out KEY (and openssl pkey -in KEY -pubout -out PUB)"


def private_key(path: Path) -> Any:
    """The private key in a PEM file without a password; read before a run begins, so that a wrong one costs no time."""
    key = read_key(path, "private")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}: is no private Ed25519 key; {MAKE}")
    return key


def sign(folder: Path, key: Any) -> None:
    """Sign the manifest in a folder."""
    (folder / SIGNATURE).write_text(signature(folder, key), encoding="ascii")


def signature(folder: Path, key: Any) -> str:
    """What signs the manifest in a folder."""
    return f"{key.sign((folder / MANIFEST).read_bytes()).hex()}\n"


def signed_by(run: Path, path: Path) -> bool:
    """Whether the manifest of a run is signed with the private part of the public key in a PEM file."""
    key = read_key(path, "public")
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path}: is no public Ed25519 key; {MAKE}")
    try:
        key.verify(bytes.fromhex(read_bytes(run / SIGNATURE, 1).decode("ascii").strip()), (run / MANIFEST).read_bytes())
    except (OSError, ValueError, InvalidSignature):
        return False
    return True


def read_key(path: Path, part: str) -> Any:
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
    except ImportError as error:
        raise UsageError("signing needs the package cryptography: pip install 'fvmanalys[sign]'") from error
    try:
        text = read_bytes(path, 1)
        return load_pem_private_key(text, None) if part == "private" else load_pem_public_key(text)
    except Unreadable as error:
        raise UsageError(f"{path}: {error.problem}; name the file of a {part} key") from error
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path}: is no {part} key in PEM form, or has a password; {MAKE}") from error
