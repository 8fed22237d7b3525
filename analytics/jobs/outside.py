"""Which servers outside may be spoken to. Addresses are entered by people: they are hostile input.

A name is looked up once, each address it has must be allowed, and the connection goes to just the
address that was looked at: a name that changes its mind meanwhile leads nowhere.
"""

import ipaddress
import socket
from collections.abc import Collection

from domain.errors import CivicwattError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class OutsideError(CivicwattError):
    """The server may not be spoken to."""


def allowed_address(host: str, port: int, networks: Collection[Network]) -> str:
    """An address of a host that may be spoken to.

    Parameters
    ----------
    networks : collection of Network
        Private networks that the installation allows; public addresses always are.

    Raises
    ------
    OutsideError
        If any of its addresses is neither public nor allowed.
    OSError
        If the name cannot be looked up.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in found]
    for each in addresses:
        address = ipaddress.ip_address(each.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        plain = mapped or address
        public = plain.is_global and not plain.is_multicast
        if not public and not any(plain in network for network in networks):
            raise OutsideError(
                f"{host} is {each}: not a public address, and in no network of "
                "CIVICWATT_DELIVERY_NETWORKS"
            )
    return addresses[0]
