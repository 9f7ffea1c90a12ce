import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from crawlers.addresses import is_public, names_public_host
from crawlers.guard import GuardedResolver

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "0.0.0.0",
    "169.254.169.254",  # metadata of most clouds
    "100.100.100.200",  # of Alibaba's
    "168.63.129.16",  # of Azure
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2002:c000:c0::",
    "192.0.0.192",  # metadata of Oracle's
    "64:ff9b:1::7f00:1",  # a network's own NAT64
    "fec0::1",
    "::7f00:1",
    "::ffff:0:7f00:1",
    "2001:0:7f00:1::",
    "5f00::1",
    "no address",
]
PUBLIC = ["1.1.1.1", "220.181.38.148", "2400:da00::6666", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "::1",
        "::ffff:7f00:1",
        "fec0::1",
        "localhost",
        "LOCALHOST.",
        "db.internal",
        "printer.local",
        "intranet",
        "",
    ],
)
def test_hosts_that_are_not_asked(host):
    assert not names_public_host(host)


@pytest.mark.parametrize("host", ["news.example.com", "1.1.1.1", "0x01010101", "2400:da00::6666", "127.0.0.1.example.com"])
def test_hosts_that_are_looked_up(host):
    assert names_public_host(host)


class Receiver:
    """Takes what a resolver finds."""

    def __init__(self):
        self.found, self.ended = [], False

    def resolutionBegan(self, _resolution):  # noqa: N802
        """Begin."""

    def addressResolved(self, address):  # noqa: N802
        self.found.append(address.host)

    def resolutionComplete(self):  # noqa: N802
        self.ended = True


class Resolver:
    """Answers every name with the same addresses."""

    def __init__(self, *addresses):
        self.addresses = addresses

    def resolveHostName(self, receiver, *_):  # noqa: N802
        receiver.resolutionBegan(self)
        for address in self.addresses:
            receiver.addressResolved(address)
        receiver.resolutionComplete()


def look_up(guarded: GuardedResolver, host: str) -> list[str]:
    receiver = Receiver()
    guarded.resolveHostName(receiver, host, 80)
    assert receiver.ended
    return receiver.found


PRIVATE_V4, PUBLIC_V4 = IPv4Address("TCP", "10.0.0.1", 80), IPv4Address("TCP", "1.1.1.1", 80)


@pytest.mark.parametrize("proxy", ["http://proxy.example.com:3128", "proxy.example.com:3128", "user:word@proxy.example.com:3128"])
def test_a_name_resolves_to_its_public_addresses_alone(monkeypatch, proxy):
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("no_proxy", "intranet.example.com")
    guarded = GuardedResolver(Resolver(PRIVATE_V4, PUBLIC_V4, IPv6Address("TCP", "::1", 80)))
    assert look_up(guarded, "news.example.com") == look_up(guarded, "intranet.example.com") == ["1.1.1.1"]
    assert look_up(guarded, "proxy.example.com") == ["10.0.0.1", "1.1.1.1", "::1"]
    assert guarded.refused == set()


def test_a_name_is_refused_for_as_long_as_it_has_private_addresses_alone():
    resolver = Resolver(PRIVATE_V4)
    guarded = GuardedResolver(resolver)
    for addresses, refused in (
        ([PRIVATE_V4], {"news.example.com"}),
        ([PRIVATE_V4, PUBLIC_V4], set()),
        ([PRIVATE_V4], {"news.example.com"}),
        ([], set()),
    ):
        resolver.addresses = addresses
        look_up(guarded, "news.example.com")
        assert guarded.refused == refused
