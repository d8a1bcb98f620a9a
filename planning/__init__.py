"""Pure planning: settings and registry entries in, every name, size and number out. No Pulumi in here."""
