"""Look-alikes of the LINE, Twilio, Meta and Telegram APIs on localhost, for tests, demos and newcomers.

They sign webhooks the way the providers do, keep what was sent and fail when told to. Nothing of the product is
imported here.
"""
