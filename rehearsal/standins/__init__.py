"""Programs that stand in, under the real engine, for plugins that cannot be had."""
