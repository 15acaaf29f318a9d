"""What the HTTP rims share: who calls, documents, problems, routes, paging, OpenAPI, views.

Knows no rim and no shell."""
