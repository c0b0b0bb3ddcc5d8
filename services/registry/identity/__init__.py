"""The identity provider: accounts, passwords, tokens. A package of its own: it can move out."""
