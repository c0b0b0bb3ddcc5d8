"""Grafana's dashboards: written here in short, kept as the JSON that Grafana reads."""
