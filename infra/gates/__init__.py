"""What must be so before anything lands, besides style, types and tests: part of `make lint`."""
