"""The authority of devices' certificates: two files of the operator, on no server."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from domain.errors import InputError

CERTIFICATE, KEY = "device_authority", "device_authority_key"
"""As `ops/make_secrets.py` names them."""
_SMALLEST_RSA = 2048
_SHA256 = hashes.SHA256()
_SKEW = timedelta(minutes=5)
"""A new certificate is valid for a device whose clock is behind by so much."""


def fingerprint_of(certificate: bytes) -> bytes:
    """SHA-256 of a certificate in PEM."""
    return x509.load_pem_x509_certificate(certificate).fingerprint(_SHA256)


def entered_certificate(file: Path) -> tuple[bytes, datetime]:
    """Fingerprint of a certificate that another authority has signed, and when it ends.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"no certificate in PEM: {error}", place=str(file)) from error
    return certificate.fingerprint(_SHA256), certificate.not_valid_after_utc


@dataclass(frozen=True, slots=True)
class DeviceAuthority:
    """Signs the keys of devices, so that the broker knows them by the name we give."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read the authority's two files.

        Raises
        ------
        InputError
            If one is missing or no such thing.
        """
        try:
            certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
            key = load_pem_private_key((folder / KEY).read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"no authority of devices: {error}", place=str(folder)) from error
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise InputError("want an RSA or EC key", place=str(folder / KEY))
        return cls(certificate, key)

    def sign(self, request: Path, *, name: str, now: datetime, until: datetime) -> bytes:
        """Certificate, in PEM, for the key of a request; of the request nothing else counts.

        Parameters
        ----------
        request : Path
            A certificate signing request (PKCS #10) in PEM.
        name : str
            The device's name at the broker, whatever the request says.

        Raises
        ------
        InputError
            If it is no request that `check` takes.
        """
        public = self.check(request)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _SKEW)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM)

    @staticmethod
    def check(request: Path) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
        """Key of a request.

        Raises
        ------
        InputError
            If it is no request, its signature is wrong, or its key too weak.
        """
        place = str(request)
        try:
            asked = x509.load_pem_x509_csr(request.read_bytes())
            sound, public = asked.is_signature_valid, asked.public_key()
        except (OSError, ValueError, UnsupportedAlgorithm) as error:
            raise InputError(f"no certificate signing request: {error}", place=place) from error
        if sound and isinstance(public, ec.EllipticCurvePublicKey):
            return public
        if sound and isinstance(public, rsa.RSAPublicKey) and public.key_size >= _SMALLEST_RSA:
            return public
        raise InputError("want an EC key, or RSA of 2048 bits, that has signed it", place=place)
