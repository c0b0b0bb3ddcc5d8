"""Traffic incidents: near reports are one, and it passes by itself."""
