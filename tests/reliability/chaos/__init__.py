"""Faults are injected into a running city under load, and then every promise is checked."""
