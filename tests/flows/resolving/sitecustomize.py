"""Resolves invented names in the crawl's process; the tests of the address guard put this folder on PYTHONPATH.

RESOLVE is JSON: by name the addresses of one look-up after another, the last of which stays. RESOLVE_PUBLIC is an address
that stands for the public web.
"""

import json
import os
import socket
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.util import find_spec

_answers = json.loads(os.environ.get("RESOLVE", "{}"))
_getaddrinfo = socket.getaddrinfo


def _resolve(host, *arguments, **options):
    answers = _answers.get(host)
    if answers:
        host = answers.pop(0) if len(answers) > 1 else answers[0]
    return _getaddrinfo(host, *arguments, **options)


class _PublicToo(MetaPathFinder, Loader):
    """Lets `crawlers.guard` take one address for public."""

    def find_spec(self, name, _path, _target=None):
        if name != "crawlers.guard":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        load = spec.loader.exec_module

        def patched(module):
            load(module)
            judge = module.is_public
            module.is_public = lambda address: address == os.environ["RESOLVE_PUBLIC"] or judge(address)

        spec.loader.exec_module = patched
        return spec


if _answers:
    socket.getaddrinfo = _resolve
    sys.meta_path.insert(0, _PublicToo())
