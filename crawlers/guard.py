"""The address guard: no seed, link or redirect leads the crawler to an address that is not on the public web.

Names are judged by what they resolve to, and only the addresses that were judged are connected to: a name that resolves
otherwise a moment later (DNS rebinding) gains nothing. The guard holds for a whole process, so sources with `private: true`
are crawled in a process without it.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from crawlers.addresses import is_public, names_public_host


class PrivateAddressError(IgnoreRequest):
    """The address is not on the public web, and the source does not say `private: true`."""


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on the public addresses of one name, and notes in `refused` whether it has others alone."""

    def __init__(self, receiver: Any, name: str, refused: set[str]) -> None:
        self._receiver = receiver
        self._name = name
        self._refused = refused
        self._found: set[bool] = set()  # whether its addresses are public

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's names
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        public = is_public(address.host)
        self._found.add(public)
        if public:
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._found == {False}:
            self._refused.add(self._name)
        else:
            self._refused.discard(self._name)
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves names to public addresses alone; `refused` holds the names that had others alone when last looked up.

    A proxy that the environment names (`http_proxy`) is resolved as it is: then the proxy resolves the sites' names.
    """

    def __init__(self, resolver: Any) -> None:
        """Guard `resolver`, the one that the reactor had."""
        self._resolver = resolver
        named = [proxy for scheme, proxy in getproxies().items() if scheme in ("http", "https")]  # no_proxy is among them, too
        self._proxies = {urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname for proxy in named}
        self.refused: set[str] = set()

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Resolve `hostName` for `resolutionReceiver`."""
        receiver: Any = resolutionReceiver
        if hostName not in self._proxies:
            receiver = _PublicOnly(receiver, hostName, self.refused)
        return self._resolver.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


def guard(reactor: Any) -> None:
    """Let `reactor` connect to public addresses alone."""
    reactor.installNameResolver(GuardedResolver(reactor.nameResolver))


class AddressGuard:
    """Downloader middleware that refuses what the URL alone tells, and names what the guarded resolver has refused."""

    def __init__(self, *, private: bool) -> None:
        """Let private addresses pass when the source says so."""
        self._private = private

    @classmethod
    def from_crawler(cls, crawler: Any) -> "AddressGuard":
        """Return the middleware of one spider."""
        return cls(private=crawler.spider.crawl.source.private)

    def process_request(self, request: Request) -> None:
        """Raise PrivateAddressError for a scheme or host that is not to be asked."""
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https") or not (self._private or names_public_host(parts.hostname or "")):
            raise PrivateAddressError(f"{parts.scheme}://{parts.hostname} is not on the public web")

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise PrivateAddressError where a request failed since its host has private addresses alone."""
        if not isinstance(exception, CannotResolveHostError):
            return
        from twisted.internet import reactor as installed  # noqa: PLC0415 - importing it earlier would install another one

        reactor: Any = installed
        host = urlsplit(request.url).hostname
        if isinstance(reactor.nameResolver, GuardedResolver) and host in reactor.nameResolver.refused:
            raise PrivateAddressError(f"{host} resolves to an address that is not on the public web") from exception
