"""Ways to break a city, each a context at whose end it is whole again."""
