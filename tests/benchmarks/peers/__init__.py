"""Those we are measured beside, as simple as their own documentation shows them."""
