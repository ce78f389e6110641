"""What a server has imported by its first page, but the pages, which are scripts.

Imported by the process alone that apps of the tests are forked from (``app_process``).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from streamlit.components.v2 import manifest_scanner

from eligibility import app
from eligibility.schemes.registry import load_scheme, scheme_ids

for name in ("streamlit.web.cli", "streamlit.web.bootstrap", "uvicorn", "sklearn.pipeline"):
    import_module(name)
for module in walk_packages(app.__path__, f"{app.__name__}."):
    if not module.name.endswith("_page"):
        import_module(module.name)

# what each installed package says of itself is read by every server as it begins: once is enough
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)  # type: ignore[assignment]
manifest_scanner.scan_component_manifests()

# laws are files that no test of a server changes
for scheme in scheme_ids():
    load_scheme(scheme)
