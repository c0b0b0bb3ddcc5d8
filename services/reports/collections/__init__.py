"""When household garbage is collected where, as the city pack says."""
