"""What the rules and the shell need from outside, in domain words: protocols, never shaped like SQL or HTTP.

Times are ms since the epoch (UTC). Every method of `Store` may raise `StoreDown`. Feed numbers (`n`) are one sequence
for the whole store, given in the order of commit.
"""
