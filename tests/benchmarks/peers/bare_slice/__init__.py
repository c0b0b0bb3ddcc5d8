"""The life of a report with nothing around it: HTTP, RPC, rows, outbox, inbox, notifications.

The same rows are written as by us, two round trips to the database per command as with us; but
nobody is authenticated, limited, validated or audited, and nothing survives a fault.
"""
