"""What a server has imported and loaded by its first page, but the pages, which are scripts.

Imported by the process alone that apps of the tests are forked from (``app_process``).
"""

from __future__ import annotations

import gc
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from streamlit.components.v2 import manifest_scanner

from eligibility import app
from eligibility.readiness.artifact import load
from eligibility.readiness.paths import models_folder
from eligibility.schemes.registry import DEFAULT_SCHEME, load_scheme, scheme_ids
from tests import quick_passwords  # noqa: F401

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

# every server reads the model for itself, with what is imported for it now
load(models_folder() / DEFAULT_SCHEME)

# a million objects that live as long as the process need not be looked through by every server
gc.collect()
gc.freeze()
