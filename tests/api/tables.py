"""Every route table of the product, as one: what the document describes and what roles are tried on."""

from admin.routes import ROUTES as ADMIN
from api.openapi import served
from api.signin import ROUTES as SIGNIN
from inbox.routes import ROUTES as INBOX

WHOLE = served((*SIGNIN, *ADMIN, *INBOX))
