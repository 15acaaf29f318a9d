"""Who should take a chat: pure choices over who waits and who is free."""
