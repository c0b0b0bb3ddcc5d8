"""The city in containers: images, secrets, and what `make up` does with them. See README.md."""
