"""Backups: everything of a deployment at one moment, encrypted, and back again."""
