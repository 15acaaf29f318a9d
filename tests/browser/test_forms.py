"""The widget's forms in a real browser: a rating with its reasons, what is left when nobody is there, what is offered
after the end.
"""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.browser.shop import Shop

SCHEME = {
    "on": True,
    "kind": "stars",
    "solved": "optional",
    "scores": {
        "1": {"tags": [{"name": "slow", "text": {"en": "Too slow"}}, {"name": "rude"}], "comment": "required"},
        "5": {"comment": "optional"},
    },
}


async def test_a_low_rating_is_asked_for_its_reasons_and_a_high_one_is_not(shop: Shop, visitor: Visitor) -> None:
    await shop.call("owner", "PUT", "admin/settings/surveys", SCHEME)
    await visitor.launcher.click()
    await visitor.writes("Do you have red kites?")
    session = await shop.session()
    await shop.call("agent", "POST", f"inbox/sessions/{session}/close", {})
    form = visitor.panel.locator("form:not(.composer)")
    await expect(form.get_by_role("radio")).to_have_count(7)
    await form.get_by_text("★★★★★ Excellent").click()
    await expect(form.get_by_role("checkbox")).to_have_count(0)
    await form.get_by_text("★ Very poor", exact=True).click()
    await expect(form.get_by_role("checkbox")).to_have_count(2)
    assert await visitor.barriers() == []
    await visitor.pictured("widget-rating-form")
    await form.get_by_text("Too slow").click()
    await form.get_by_text("No", exact=True).click()
    await form.get_by_role("textbox").fill("An hour of waiting")
    await form.get_by_role("button", name="Submit").click()
    await visitor.hears("Thank you for your feedback!")
    detail = await shop.until(f"inbox/sessions/{session}", lambda detail: detail["rating"])
    rating = {name: detail["rating"][name] for name in ("score", "tags", "solved", "comment")}
    assert rating == {"score": 1, "tags": ["slow"], "solved": False, "comment": "An hour of waiting"}
    await expect(visitor.panel.locator(".mine .bubble").last).to_contain_text("Too slow")
    assert visitor.complaints == []


async def test_what_is_left_when_nobody_is_there_becomes_a_ticket(shop: Shop, visitor: Visitor, tmp_path: Path) -> None:
    fields = [
        {"key": "email", "label": {"en": "Your e-mail"}, "kind": "email", "required": True},
        {"key": "text", "label": {"en": "What is it about?"}, "required": True},
        {"key": "photo", "label": {"en": "A photo"}, "kind": "file"},
    ]
    await shop.call("owner", "PUT", "admin/settings/submissions", {"on": True, "fields": fields})
    await shop.call("agent", "PUT", "inbox/me/status", {"status": "offline"})
    await visitor.launcher.click()
    await visitor.writes("My kite is broken")
    form = visitor.panel.locator("form:not(.composer)")
    await expect(form).to_contain_text("Nobody is available right now.")
    assert await visitor.barriers() == []
    await form.get_by_label("Your e-mail").fill("ann@example.com")
    await form.get_by_label("What is it about?").fill("The string came off.")
    photo = tmp_path / "kite.gif"
    photo.write_bytes(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;")
    await form.get_by_label("A photo").first.set_input_files(photo)
    await expect(form.locator("input[type=hidden]")).not_to_have_value("")
    await visitor.pictured("widget-submission")
    await form.get_by_role("button", name="Submit").click()
    await visitor.hears("Your ticket number is")
    page = await shop.until("inbox/submissions", lambda page: page["items"])
    (left,) = page["items"]
    assert [(field["label"], field["value"]) for field in left["fields"]][:2] == [
        ("Your e-mail", "ann@example.com"),
        ("What is it about?", "The string came off."),
    ]
    assert left["fields"][2]["url"].startswith("http")
    answer = {"client_id": "a1", "content": {"type": "text", "text": "A new string is on its way."}}
    await shop.call("agent", "POST", f"inbox/submissions/{left['id']}/messages", answer)
    await visitor.hears("A new string is on its way.")
    await visitor.writes("Thank you!")
    thread = await shop.until(f"inbox/submissions/{left['id']}", lambda one: len(one["thread"]) == 2)
    assert [each["content"]["text"] for each in thread["thread"]] == ["A new string is on its way.", "Thank you!"]
    assert visitor.complaints == []


async def test_after_the_end_there_is_a_new_chat_a_rating_and_a_message_to_leave(shop: Shop, visitor: Visitor) -> None:
    await shop.call("owner", "PUT", "admin/settings/surveys", {"on": True, "ask_on_close": False})
    await shop.call("owner", "PUT", "admin/settings/submissions", {"on": True})
    await visitor.launcher.click()
    await visitor.writes("Hello")
    session = await shop.session()
    await shop.call("agent", "POST", f"inbox/sessions/{session}/close", {})
    offers = visitor.panel.locator(".offers").get_by_role("button")
    await expect(offers).to_have_text(["Start a new chat", "Rate our service", "Leave a message"])
    await visitor.pictured("widget-offers")
    assert await visitor.barriers() == []
    await offers.filter(has_text="Rate").click()
    await visitor.bubbles.get_by_role("button", name="★★★★ Good", exact=True).click()
    await visitor.hears("Thank you for your feedback!")
    await expect(offers).to_have_text(["Start a new chat", "Leave a message"])
    await offers.filter(has_text="Leave").click()
    await expect(visitor.panel.locator("form:not(.composer)")).to_contain_text("Please tell us what it is about")
    assert visitor.complaints == []
