"""Who gets a chat, in a running Frontdesk: rules, page parameters, overflow and returning customers, and what the
trace says of it."""

from tests.e2e.house import ADMIN, INBOX, Ear, House, text


async def group(house: House, name: str, *agents: str) -> str:
    made = await house.owner.post(f"{ADMIN}/groups", {"name": name, "agents": list(agents)})
    assert made.status == 201
    return str(made.body["id"])


async def says(visitor: Ear, words: str) -> None:
    await visitor.say(type="message", client_id=words, content=text(words))


async def test_rules_page_and_overflow_decide_and_the_trace_says_why(house: House) -> None:
    _, tom = await house.agent("Mei"), await house.agent("Tom")
    ids = house.ids
    sales, refunds = await group(house, "Sales", ids["Mei"]), await group(house, "Refunds", ids["Tom"])
    night = await group(house, "Night")
    await house.channel("web", group=sales)
    when = {"if": "text", "contains": ["refund"]}
    await house.settings("routing", {"rules": [{"name": "Money back", "to": {"group": refunds}, "when": when}]})
    await house.settings("assignment", {"last_agent_seconds": 3600})
    ear = await house.ear(house.owner)

    ann = await house.visitor(name="Ann")
    await says(ann, "A refund, please")
    first = await house.session_of(ear, "A refund, please")
    assigned = await ear.of(first, "session.assigned")
    assert (assigned["session"]["agent"]["name"], assigned["session"]["group"]["name"]) == ("Tom", "Refunds")
    lines = {line["step"]: line["text"] for line in (await house.detail(first))["trace"]}
    assert lines["queued"] == ("Queued for Refunds: The rule “Money back” says Refunds, because they wrote “refund”.")
    assert lines["assigned"] == "Given to Tom: Tom has the lowest load (0 of 5 chats) of 1 free in Refunds."

    bob = await house.visitor(name="Bob", agent=ids["Tom"], must=True)
    await says(bob, "Is Tom there?")
    second = await house.session_of(ear, "Is Tom there?")
    assert (await ear.of(second, "session.assigned"))["session"]["agent"]["name"] == "Tom"

    assert (await tom.post(f"{INBOX}/sessions/{first}/close")).status == 200
    await ear.of(first, "session.closed")
    await says(ann, "One more question")
    third = await house.session_of(ear, "One more question")
    assert (await ear.of(third, "session.assigned"))["session"]["agent"]["name"] == "Tom"
    queued = next(line for line in (await house.detail(third))["trace"] if line["step"] == "queued")
    assert queued["text"].startswith("Queued for Sales: Tom had the customer's last chat.")

    path = f"{ADMIN}/groups/{night}/settings/assignment"
    assert (await house.owner.put(path, {"overflow": [{"group": sales, "when": "nobody_online"}]})).status == 200
    assert (await house.owner.patch(f"{ADMIN}/groups/{night}", {"agents": [ids["Tom"]]})).status == 200
    assert (await tom.put(f"{INBOX}/me/status", {"status": "offline"})).status == 200
    cid = await house.visitor(name="Cid", group=night)
    await says(cid, "Good evening")
    fourth = await house.session_of(ear, "Good evening")
    assert (await ear.of(fourth, "session.assigned"))["session"]["agent"]["name"] == "Mei"
    queued = next(line for line in (await house.detail(fourth))["trace"] if line["step"] == "queued")
    assert queued["text"] == "Queued for Night: The page asked for Night. Overflows to Sales when nobody is online."

    tried = await house.owner.post(f"{ADMIN}/settings/routing/try", {"settings": {}, "days": 1})
    replay = tried.body["replay"]
    assert (replay["chats"], replay["replayed"], replay["not_replayed"]) == (4, 4, 0)
    assert [(each["session"], each["was"], each["would"]) for each in replay["differences"]] == [
        (first, "Refunds", "Sales")
    ]
