"""How fast, how light, how flat: `make bench`. See README.md."""
