"""What notify reads from the environment: nothing of its own yet."""

from services.chassis.settings import ServiceSettings as Settings

__all__ = ["Settings"]
