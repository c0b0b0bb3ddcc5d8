"""Found by the processes of a broken city, by nobody else."""

import os
from importlib import import_module

# from beside this file: through its package it would load what is to be changed
import_module("chaos_patches").install(os.environ["CHAOS_BREAK"])
