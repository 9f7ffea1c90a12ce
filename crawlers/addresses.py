"""Which addresses are on the public web. Pure: nothing is looked up."""

import ipaddress
import socket

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Python 3.11 may take addresses for global that are not: site-local and translated ones, and those kept for protocols.
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")  # all of the public web's IPv6
_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")  # Oracle's metadata host is among them
_HOSTS_OWN = {"168.63.129.16"}  # Azure's metadata host; those of other clouds lie in ranges that are not public
_LOCAL = (".localhost", ".local", ".internal", ".home.arpa")


def is_public(address: str) -> bool:
    """Whether an IP address, in the usual notation, is on the public web; those that carry an IPv4 address are judged by it."""
    try:
        inner = _inner(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    unicast = inner not in _PROTOCOLS if inner.version == 4 else inner in _PUBLIC_V6
    return unicast and inner.is_global and not inner.is_multicast and str(inner) not in _HOSTS_OWN


def _inner(address: _Address) -> _Address:
    """Return the IPv4 address inside an IPv6 one (mapped, 6to4, NAT64), or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def names_public_host(host: str) -> bool:
    """Whether a URL's host may be on the public web, judged without a look-up: literal addresses and local names may not.

    An address counts in any spelling that resolvers take (127.1, 0x7f.0.0.1, 0177.0.0.1, 2130706433).
    """
    host = host.lower().rstrip(".")
    try:
        return is_public(str(ipaddress.ip_address(host)))
    except ValueError:
        pass
    try:
        return is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, UnicodeError):
        return "." in host and not host.endswith(_LOCAL)
