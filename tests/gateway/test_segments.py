"""The spool's files, read whatever their bytes are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.segments import Appender, RealDisk, framed, look, unframed

PAYLOADS = [b"one", b"two" * 100, b"\x00" * 9]
WHOLE = b"".join(framed(payload) for payload in PAYLOADS)


def test_what_was_framed_is_read_back_with_its_ends() -> None:
    assert unframed(WHOLE) == ([(b"one", 11), (b"two" * 100, 319), (b"\x00" * 9, 336)], "none")


@pytest.mark.parametrize("cut", [*range(320, 336)])
def test_a_torn_last_frame_is_left_out_and_the_ones_before_it_stay(cut: int) -> None:
    frames, rest = unframed(WHOLE[:cut])
    assert [payload for payload, _ in frames] == PAYLOADS[:2]
    assert rest == "torn"


def test_a_file_that_grew_before_its_bytes_came_is_torn() -> None:
    assert unframed(WHOLE + bytes(4096)) == (unframed(WHOLE)[0], "torn")


def test_a_changed_byte_is_damage_and_what_stands_before_it_is_read() -> None:
    changed = bytearray(WHOLE)
    changed[25] ^= 0x40
    assert unframed(bytes(changed)) == ([(b"one", 11)], "damaged")


def test_an_impossible_length_is_damage() -> None:
    assert unframed(framed(b"one") + b"\xff" * 40) == ([(b"one", 11)], "damaged")


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=6), st.binary(max_size=80))
def test_any_bytes_after_whole_frames_take_none_of_them_away(payloads: list[bytes], tail: bytes) -> None:
    frames, _ = unframed(b"".join(map(framed, payloads)) + tail)
    assert [payload for payload, _ in frames][: len(payloads)] == payloads


@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=6), st.data())
def test_a_flipped_bit_never_makes_a_payload_that_was_not_written(payloads: list[bytes], data: st.DataObject) -> None:
    whole = bytearray(b"".join(map(framed, payloads)))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    frames, _ = unframed(bytes(whole))
    read = [payload for payload, _ in frames]
    assert read == payloads[: len(read)]
    assert len(read) < len(payloads)


def test_a_long_file_is_read_look_by_look(tmp_path: Path) -> None:
    appender = Appender(tmp_path / "1.spool", RealDisk())
    appender.append(WHOLE)
    appender.close()
    first = look(appender.path, 0, 2)
    assert ([payload for payload, _ in first.frames], first.rest) == (PAYLOADS[:2], "more")
    second = look(appender.path, first.frames[-1][1], 2)
    assert ([payload for payload, _ in second.frames], second.rest) == (PAYLOADS[2:], "none")


class Half(RealDisk):
    """Writes half of what it is given and is full then, once told so."""

    full = False

    def write(self, descriptor: int, data: bytes) -> None:
        super().write(descriptor, data[: len(data) // 2] if self.full else data)
        if self.full:
            raise OSError(28, "No space left on device")


def test_nothing_of_a_failed_write_stays_in_the_file(tmp_path: Path) -> None:
    disk = Half()
    appender = Appender(tmp_path / "1.spool", disk)
    appender.append(framed(b"one"))
    disk.full = True
    with pytest.raises(OSError, match="No space left"):
        appender.append(framed(b"two"))
    appender.close()
    assert appender.path.read_bytes() == framed(b"one")
