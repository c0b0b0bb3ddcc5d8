"""The native stack: the whole city as processes of one machine, without Docker.

Everything lives in one state folder (`.local/`): a private PostgreSQL cluster and RabbitMQ node,
secrets, logs. One supervisord runs it all. See README.md.
"""
