"""What is shown of sessions, messages and events: to agents, and to whoever may see what a mask hides.

Views are built from rows of the store; events hold more than anybody may see. Customers' views: api/visitor.py.
"""
