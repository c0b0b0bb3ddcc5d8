"""Stock nameko 3: its HTTP entrypoint, its RPC, its JSON; nothing of ours."""
