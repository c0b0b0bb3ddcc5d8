"""Places where garbage piles up again and again: sites, made of the reports that lie on them."""
