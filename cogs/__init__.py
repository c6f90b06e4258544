"""One file per feature. A cog translates Discord to service calls and back, and nothing else."""

EXTENSIONS = ("cogs.status", "cogs.settings")
