"""E-mail: the letter, the way to the mail server, and the links in it. No database, no nameko."""
