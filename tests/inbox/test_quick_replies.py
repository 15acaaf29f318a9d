"""Quick replies: everybody's and one's own."""

from typing import Any

from tests.inbox.floor import Floor

PATH = "/api/v1/inbox/quick-replies"


def reply(shortcut: str, **more: Any) -> dict[str, Any]:
    return {"shortcut": shortcut, "texts": {"en": f"Text of {shortcut}"}, **more}


async def test_ones_own_are_seen_by_nobody_else_and_everybodys_by_all(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    boss = await desk.agent("boss", "supervisor")
    own = (await mei.post(PATH, reply("bye", title="Good bye"))).body
    shared = (await boss.post(PATH, reply("hello", shared=True))).body
    assert own["shared"] is False
    assert (await mei.get(PATH)).body == {"items": [own, shared], "next": None}
    assert (await kim.get(PATH)).body == {"items": [shared], "next": None}


async def test_only_supervisors_make_and_change_everybodys(desk: Floor) -> None:
    mei, boss = await desk.agent("mei"), await desk.agent("boss", "supervisor")
    assert (await mei.post(PATH, reply("hello", shared=True))).status == 403
    shared = (await boss.post(PATH, reply("hello", shared=True))).body
    assert (await mei.patch(f"{PATH}/{shared['id']}", {"title": "Mine now"})).status == 403
    assert (await mei.delete(f"{PATH}/{shared['id']}")).status == 403
    changed = (await boss.patch(f"{PATH}/{shared['id']}", {"texts": {"ja": "こんにちは"}})).body
    assert changed == {**shared, "texts": {"ja": "こんにちは"}}
    assert (await boss.delete(f"{PATH}/{shared['id']}")).status == 204
    assert (await boss.get(PATH)).body["items"] == []


async def test_another_agents_own_is_not_there(desk: Floor) -> None:
    mei, kim = await desk.agent("mei"), await desk.agent("kim")
    own = (await mei.post(PATH, reply("bye"))).body
    assert (await kim.patch(f"{PATH}/{own['id']}", {"title": "x"})).status == 404
    assert (await kim.delete(f"{PATH}/{own['id']}")).status == 404


async def test_a_shortcut_is_one_word_and_names_one_reply(desk: Floor) -> None:
    mei = await desk.agent("mei")
    own = (await mei.post(PATH, reply("bye"))).body
    assert (await mei.post(PATH, reply("BYE"))).fields == {"shortcut": "There is a quick reply /BYE already."}
    other = (await mei.post(PATH, reply("hi"))).body
    assert (await mei.patch(f"{PATH}/{other['id']}", {"shortcut": "bye"})).fields.keys() == {"shortcut"}
    assert (await mei.patch(f"{PATH}/{own['id']}", {"shortcut": "bye", "title": "B"})).status == 200
    for wrong in ("", "two words", "a/b", "x" * 41):
        assert (await mei.post(PATH, reply(wrong))).fields.keys() == {"shortcut"}
    assert (await mei.post(PATH, {"shortcut": "x", "texts": {}})).fields.keys() == {"texts"}
    assert (await mei.post(PATH, {"shortcut": "x", "texts": {"en": "  "}})).fields.keys() == {"texts.en"}


async def test_there_is_an_end_to_how_many(desk: Floor, monkeypatch: Any) -> None:
    monkeypatch.setattr("inbox.quick_replies.MOST", 1)
    mei = await desk.agent("mei")
    await mei.post(PATH, reply("one"))
    full = await mei.post(PATH, reply("two"))
    assert (full.status, full.body["code"]) == (409, "too_many")
