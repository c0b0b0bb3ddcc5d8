"""What one client may ask of one connection. All sizes in bytes, all times in seconds."""

from __future__ import annotations

MAX_HEAD = 16_384
MAX_HEADERS = 100
MAX_TARGET = 4_096
MAX_JSON = 1_000_000
MAX_UPLOAD = 10_000_000
# what a multipart form adds around its file
MAX_UPLOAD_FORM = MAX_UPLOAD + 65_536
# what is read of a form at a time
FORM_BUFFER = 262_144
# chunk sizes and trailers may weigh this much more than the body they carry
MAX_OVERHEAD = 65_536
# larger bodies wait on disk until they are complete
IN_MEMORY = 65_536
# bodies of all requests being read, together
MAX_UNDERWAY = 256_000_000

READ_SECONDS = 10.0
# a connection that has not begun its (next) request
IDLE_SECONDS = 30.0
WRITE_SECONDS = 10.0
# what the kernel keeps for a reader of a stream who falls behind
STREAM_BUFFER = 16_384
# bytes a second; who takes a picture more slowly is cut off
SLOWEST_READER = 4_096
LINGER_SECONDS = 5.0
# how long stopping waits for requests under way
STOP_SECONDS = 8.0
# a new connection may still send its first request while we stop
LAST_CALL_SECONDS = 1.0
