"""Pure planning: settings and registry entries in, names, sizes and rights out. No Pulumi in here."""
