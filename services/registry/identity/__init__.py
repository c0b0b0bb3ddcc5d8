"""The identity provider: accounts, passwords, tokens. Its own package and schema, so it can move out."""
