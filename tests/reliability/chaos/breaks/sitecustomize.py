"""Found by the processes of a broken city, by nobody else."""

import os

from tests.reliability.chaos.breaks import patches

patches.install(os.environ["CHAOS_BREAK"])
