"""Customers: linking, merging, blocking, letting go."""

from api.routes import Route
from api.views.customer import CustomerView
from inbox import customers
from inbox.routes.rows import BASE

PERSON = f"{BASE}/customers/{{id}}"
CUSTOMERS = (
    Route(
        method="POST",
        path=f"{PERSON}/link",
        handler=customers.link_customer,
        role="supervisor",
        summary="Say which customer of the company this is; the same one elsewhere is merged with them",
        body=customers.LinkBody,
        answers={200: CustomerView},
        refuses=(404,),
        tag="customers",
    ),
    Route(
        method="POST",
        path=f"{PERSON}/merge",
        handler=customers.merge_customers,
        role="supervisor",
        summary="Two records are one person: history and places of the other become this one's",
        body=customers.MergeBody,
        answers={200: CustomerView},
        refuses=(404,),
        tag="customers",
    ),
    Route(
        method="POST",
        path=f"{PERSON}/block",
        handler=customers.block_customer,
        role="supervisor",
        summary="Turn the customer away everywhere: for 24 hours, for good, or no longer",
        body=customers.CustomerBlockBody,
        answers={200: customers.BlockedView},
        refuses=(404,),
        tag="customers",
    ),
    Route(
        method="GET",
        path=f"{PERSON}/export",
        raw=customers.export_customer,
        role="admin",
        summary="All there is of one customer",
        answers={200: customers.ExportView},
        refuses=(404,),
        tag="customers",
    ),
    Route(
        method="POST",
        path=f"{PERSON}/erase",
        handler=customers.erase_customer,
        role="admin",
        summary="Erase one customer and everything that was said, for good",
        answers={202: customers.ErasingView},
        refuses=(404,),
        tag="customers",
    ),
)
