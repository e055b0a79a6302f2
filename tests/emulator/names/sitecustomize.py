"""Python imports this of itself where this folder is on PYTHONPATH."""

import importlib

importlib.import_module("localhost_names")
