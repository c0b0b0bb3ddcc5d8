"""Prometheus' configuration, its alert rules and their tests."""
