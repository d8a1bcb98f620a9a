"""An author's loop: what changes in a plugin's folder is put into its running pods, and into the page."""
