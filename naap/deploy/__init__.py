"""One plugin of a stack brought up by itself: its targets, its preview and update, and the engine of both."""
