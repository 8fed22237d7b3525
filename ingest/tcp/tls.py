"""TLS of the listener: who it is, and whom it lets in."""

from hashlib import sha256
from pathlib import Path
from ssl import CERT_REQUIRED, PROTOCOL_TLS_SERVER, SSLContext, SSLError, SSLSocket, TLSVersion

from cryptography.x509 import load_der_x509_certificate
from cryptography.x509.oid import NameOID

from domain.errors import ConfigurationError
from ingest.tcp.guest_book import Certificate


def tls_context(certificate: Path, key: Path, authority: Path | None = None) -> SSLContext:
    """TLS 1.2 or later with a certificate of ours.

    Parameters
    ----------
    certificate, key : Path
        In PEM; the certificate with those between it and the root.
    authority : Path, optional
        Only peers with a certificate of this authority are let in.

    Raises
    ------
    ConfigurationError
        If a file cannot be read, or key and certificate do not belong together.
    """
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.minimum_version = TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:  # SSLError among them
        raise ConfigurationError(f"{certificate}, {key}: {_why(error)}") from None
    if authority is not None:
        try:
            context.load_verify_locations(authority)
        except OSError as error:
            raise ConfigurationError(f"{authority}: {_why(error)}") from None
        context.verify_mode = CERT_REQUIRED
    return context


def certificate_of(sock: SSLSocket) -> Certificate | None:
    """The certificate a peer has shown; None if it was not asked for one."""
    raw = sock.getpeercert(binary_form=True)
    if not raw:
        return None
    try:
        names = load_der_x509_certificate(raw).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except ValueError:  # OpenSSL has let it pass, and its fingerprint tells who it is
        names = []
    return Certificate(str(names[0].value) if names else "", sha256(raw).digest())


def _why(error: OSError) -> str:
    if isinstance(error, SSLError):
        return f"no certificate and key that belong together: {error.reason or error}"
    return error.strerror or str(error)
