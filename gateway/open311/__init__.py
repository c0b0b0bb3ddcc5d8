"""Open311 GeoReport v2: another face of the same operations, for apps that speak it everywhere."""
