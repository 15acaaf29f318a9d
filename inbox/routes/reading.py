"""What agents look at."""

from api.paging import Listing
from api.routes import Route
from api.views.customer import CustomerView
from api.views.message import MessageView
from api.views.session import SessionDetail, SessionView
from inbox import acts, around, bodies, hits, lists, mentions, stars
from inbox.routes.rows import BASE, ONE, read

READING = (
    Route(
        method="GET",
        path=f"{BASE}/word-hits",
        handler=hits.list_hits,
        role="supervisor",
        summary="The log of sensitive words found, newest first",
        query=hits.HitsQuery,
        answers={200: hits.Hits},
        tag="inbox",
    ),
    read(f"{BASE}/me", lists.me, bodies.MeView, "Who you are, your status and load"),
    Route(
        method="PUT",
        path=f"{BASE}/me/status",
        handler=lists.set_status,
        role="agent",
        summary="Be online, busy or offline",
        body=bodies.StatusBody,
        answers={200: bodies.MeView},
        tag="inbox",
    ),
    read(
        f"{BASE}/sessions",
        lists.sessions,
        Listing[SessionView],
        "Chats, newest activity first",
        query=bodies.SessionsQuery,
    ),
    read(ONE, lists.session, SessionDetail, "A chat with its trace", refuses=(404,)),
    read(
        f"{ONE}/messages",
        lists.messages,
        Listing[MessageView],
        "What was said, in order",
        query=bodies.MessagesQuery,
        refuses=(404,),
    ),
    read(
        f"{ONE}/templates",
        acts.templates,
        bodies.Templates,
        "Templates that can be sent there",
        refuses=(404, 409, 422, 502),
    ),
    read(
        f"{BASE}/customers",
        lists.customers,
        Listing[CustomerView],
        "Customers",
        query=bodies.CustomersQuery,
    ),
    read(f"{BASE}/around", around.around, bodies.AroundView, "Colleagues, groups and channels to choose from"),
    read(f"{BASE}/tallies", around.tallies, bodies.TalliesView, "The open chats you see, counted"),
    read(f"{BASE}/me/stars", stars.stars, bodies.StarsView, "The chats you keep an eye on, newest first"),
    read(
        f"{BASE}/mentions",
        mentions.mentions,
        bodies.MentionsView,
        "Notes that mention you, newest first",
        query=bodies.MentionsQuery,
    ),
    Route(
        method="POST",
        path=f"{BASE}/mentions/read",
        handler=mentions.read_mentions,
        role="agent",
        summary="What mentions you was read",
        body=bodies.MentionsReadBody,
        answers={204: None},
        tag="inbox",
    ),
    read(f"{BASE}/customers/{{id}}", lists.customer, CustomerView, "A customer", refuses=(404,)),
)
