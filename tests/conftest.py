"""For all tests."""

from hypothesis import settings

# how long an example takes says something about the machine, nothing about the code
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")
