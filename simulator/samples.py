"""Files a phone has at hand to send: made here, so that none needs to be kept."""

import struct
import zlib

WIDTH, HEIGHT = 160, 120


def picture() -> bytes:
    """A PNG: an evening sky."""
    rows = b"".join(b"\0" + _sky(y) * WIDTH for y in range(HEIGHT))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _sky(y: int) -> bytes:
    share = y / HEIGHT
    return bytes((int(40 + 200 * share), int(70 + 90 * share), int(150 - 40 * share)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def paper() -> bytes:
    """The smallest PDF that readers open: one empty page."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
