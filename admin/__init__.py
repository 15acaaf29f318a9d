"""Setting up: channels, agents, groups, and the settings of three levels. For the roles admin and owner."""
