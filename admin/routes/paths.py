"""Where the admin API's paths begin."""

ADMIN = "/api/v1/admin"
