"""The benchmarks (`make bench`): Frontdesk against its floor and its peer, in one run on one machine.

Ratios travel from machine to machine, absolute figures do not. Loopback only; everything started here is stopped here.
"""
