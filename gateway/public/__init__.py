"""Public data in forms that other programs read: GeoJSON, Atom, files."""
