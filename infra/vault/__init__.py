"""The passwords, keys and accounts of one city, and which of its processes needs which."""
