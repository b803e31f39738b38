"""Python runs this file before a program that has its folder in PYTHONPATH.

The official clients give up a sniff after 0.1 s (opensearch-py, elasticsearch 7) or 0.5 s (elasticsearch 8 and 9), and the application fails. A busy machine
exceeds that, with and without a sidecar. Here they get 30 s; all else about the clients stays.
"""

import importlib.abc
import importlib.machinery
import inspect
import sys

SNIFF_TIMEOUT = 30.0
MODULES = {"opensearchpy.transport", "elasticsearch.transport", "elastic_transport._transport", "elastic_transport._async_transport"}


def lengthen(module):
    for name, transport in inspect.getmembers(module, inspect.isclass):
        if not name.endswith("Transport") or "sniff_timeout" not in vars(transport).get("__init__", lengthen).__code__.co_varnames:
            continue
        init = transport.__init__
        with_defaults = [p for p in inspect.signature(init).parameters.values() if p.default is not p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
        init.__defaults__ = tuple(SNIFF_TIMEOUT if p.name == "sniff_timeout" else p.default for p in with_defaults)


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path) if name in MODULES else None
        if spec is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (load(module), lengthen(module))
        return spec


sys.meta_path.insert(0, Finder())
